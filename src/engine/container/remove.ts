import { rmSync } from 'node:fs'
import { TscomposeError } from '../../base/errors.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import type { Entry } from './entry.ts'
import { containerPlaces, exitDirectory } from './places.ts'
import { releaseRunResources } from './start.ts'

export interface RemoveOptions {
  readonly volumes?: boolean
}

/**
 * Deletes an ended container with everything it has. What is already gone is no failure, so that an interrupted removal
 * is finished by repeating it. The record goes last.
 */
export async function removeContainer(deps: ContainerDeps, entry: Entry, { volumes = false }: RemoveOptions): Promise<void> {
  const { record } = entry
  if (entry.run !== undefined) throw running(record.name)
  if (record.state.status !== 'removing') deps.store.setState(entry, { status: 'removing', ...(volumes ? { removeVolumes: true } : {}) })
  const places = containerPlaces(deps.paths, record.id)
  await releaseRunResources(deps, entry)
  await Promise.all([deps.snapshots.remove(record.id), ...record.imageKeys.map((key) => deps.snapshots.remove(key))])
  for (const name of record.volumes) await deps.volumes.release(name, record.id)
  // Anonymous volumes belong to a container that removes itself, as much as its root does.
  if (volumes || record.spec.autoRemove === true) for (const name of record.anonymousVolumes) await removeUnused(deps, name)
  rmSync(places.bundle, { recursive: true, force: true })
  rmSync(`${exitDirectory(deps.paths)}/${record.id}`, { force: true })
  deps.store.remove(entry)
  rmSync(places.home, { recursive: true, force: true })
  emitContainer(deps, record, 'destroy')
}

/** Another container may have taken the volume over by volumes_from: then it stays. */
async function removeUnused(deps: ContainerDeps, name: string): Promise<void> {
  try {
    await deps.volumes.remove(name)
  } catch (error) {
    if (!(error instanceof TscomposeError) || error.code !== 'VOLUME_IN_USE') throw error
  }
}

function running(name: string): TscomposeError {
  return new TscomposeError('conflict', 'CONTAINER_RUNNING', `container ${name} is running`, {
    target: `container ${name}`,
    hint: 'stop it first, or remove it with force',
  })
}
