/*
 * Programs of their own beside the CLI and the daemon: worker threads and helper processes.
 * One table, so that the bundler makes exactly these entries and every starter finds them by name.
 */

/** Name of the entry -> its source, relative to `src/`, without extension. The bundle has it as `<name>.js` beside its chunks. */
export const workerEntries = {
  daemon: 'daemon/main',
  netd: 'daemon/netd-main',
  'layer-worker': 'engine/layer-worker',
  'snapshot-worker': 'engine/snapshot-worker',
  'context-worker': 'engine/build/context-worker',
  'attach-worker': 'engine/attach-worker',
  'sync-worker': 'engine/sync-worker',
  'copy-worker': 'engine/copy-worker',
} as const

export type WorkerEntry = keyof typeof workerEntries

/** Where to load a worker or helper from: the `.ts` source in a checkout, the `.js` entry in the bundle. */
export function workerUrl(name: WorkerEntry): URL {
  // In the bundle this module lies in an entry or chunk of the same flat directory as the entries.
  const inSource = import.meta.url.endsWith('.ts')
  return inSource ? new URL(`../${workerEntries[name]}.ts`, import.meta.url) : new URL(`./${name}.js`, import.meta.url)
}
