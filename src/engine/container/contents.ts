import { rename, rm } from 'node:fs/promises'
import type * as api from '../api.ts'
import type { ContainerDeps } from './deps.ts'
import type { Entry } from './entry.ts'

/** containers.diff; see Containers in api.ts. */
export function containerChanges(deps: ContainerDeps, entry: Entry): Promise<readonly api.FileChange[]> {
  return deps.snapshots.changes(entry.record.id)
}

/** Writes the container's root file system as a tar, beside `path` until it is whole. */
export async function exportContainer(deps: ContainerDeps, entry: Entry, path: string): Promise<void> {
  const { id } = entry.record
  const wasRunning = entry.run !== undefined
  const temporary = `${path}.tscompose-partial`
  try {
    await rm(temporary, { force: true })
    await deps.snapshots.mount(id)
    await deps.snapshots.exportTree(id, temporary)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    if (!wasRunning) await deps.snapshots.unmount(id)
  }
}
