import { hasCode, TscomposeError } from '../../../base/errors.ts'
import { lstatat } from '../../../sys/files.ts'
import type { SyncParams, SyncResult } from '../../api.ts'
import type { ContainerDeps } from '../deps.ts'
import type { Entry } from '../entry.ts'
import type { Lifecycle } from '../lifecycle.ts'
import { isRunning } from '../record.ts'
import { withinVolume } from '../resolve-mounts.ts'
import { openSyncTree, type SyncRoot } from './tree.ts'
import type { SyncWorker } from './worker.ts'

export interface SyncTools {
  readonly lifecycle: Pick<Lifecycle, 'alone'>
  readonly worker: SyncWorker
}

/** Makes paths of a container equal to paths of the host; see api.Containers.sync. */
export async function syncContainer(
  deps: ContainerDeps,
  entry: Entry,
  { params, lifecycle, worker }: SyncTools & { readonly params: SyncParams },
): Promise<SyncResult> {
  checkPaths(params)
  const run = (root: SyncRoot): Promise<SyncResult> =>
    worker.run({
      root,
      paths: params.paths,
      owner: params.owner ?? entry.record.spec.user ?? entry.record.imageConfig.User ?? '',
      compare: params.compare === true,
    })
  return withFiles(deps, entry, lifecycle, run)
}

/** See api.Containers.fileTokens. */
export function fileTokens(entry: Entry, paths: readonly string[]): readonly (string | null)[] {
  const root = processRoot(entry)
  if (root === undefined) return paths.map(() => null)
  const tree = openSyncTree(root)
  try {
    return paths.map((path) => {
      const place = tree.parent(path, undefined)
      const found = place === undefined || place.name === '' ? undefined : lstatat(place.fd, place.name)
      return found?.isFile() === true ? `${found.ino}.${found.size}.${found.mtimeMs}.${found.mode}` : null
    })
  } finally {
    tree.close()
  }
}

/** Works on a container's files, whether it runs or not. */
export async function withFiles<T>(
  deps: ContainerDeps,
  entry: Entry,
  lifecycle: Pick<Lifecycle, 'alone'>,
  run: (root: SyncRoot) => Promise<T>,
): Promise<T> {
  // A container may end and start again while it is looked at; each look finds what is true then.
  for (let attempt = 0; ; attempt++) {
    try {
      const running = processRoot(entry)
      return running === undefined ? await lifecycle.alone(entry, () => withStopped(deps, entry, run)) : await run(running)
    } catch (error) {
      if (!hasCode(error, 'CONTAINER_GONE') || attempt >= 5) throw error
      await entry.run?.done
    }
  }
}

/** Into the files of a container that does not run; nobody starts it meanwhile. */
async function withStopped<T>(deps: ContainerDeps, entry: Entry, run: (root: SyncRoot) => Promise<T>): Promise<T> {
  const { id, name, spec, resolvedMounts } = entry.record
  if (entry.removed) throw new TscomposeError('not-found', 'CONTAINER_NOT_FOUND', `container ${name} is gone`)
  const restarted = processRoot(entry)
  if (restarted !== undefined) return run(restarted)
  const { merged } = await deps.snapshots.mount(id)
  try {
    const mounts = resolvedMounts.map(withinVolume).map((mount) => ({ ...mount, source: 'source' in mount ? mount.source : '' }))
    return await run({ kind: 'stopped', rootfs: merged, readOnly: spec.readOnlyRootfs === true, mounts })
  } finally {
    await deps.snapshots.unmount(id)
  }
}

function processRoot({ record: { state } }: Entry): SyncRoot | undefined {
  return isRunning(state) && state.process !== undefined ? { kind: 'process', ...state.process } : undefined
}

function checkPaths({ paths }: SyncParams): void {
  const bad = paths.find(({ source, target }) => !source.startsWith('/') || !target.startsWith('/') || `${source}${target}`.includes('\0'))
  if (bad === undefined) return
  throw new TscomposeError('invalid', 'INVALID_SYNC_PATH', `cannot sync ${JSON.stringify(bad.source)} to ${JSON.stringify(bad.target)}`, {
    hint: 'both have to be absolute paths',
  })
}
