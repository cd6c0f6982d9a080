import { type FSWatcher, mkdirSync, readdirSync, watch } from 'node:fs'

/**
 * Calls back with a container's id when its monitor has left an exit file. One inotify watch for all containers; the
 * files are renamed into place, so a name that appears is whole.
 */
export function watchExits(directory: string, onExit: (id: string) => void): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const watcher: FSWatcher = watch(directory, { persistent: false }, (_event, name) => {
    // No name: events were lost, so everything is looked at.
    const names = name === null ? readdirSync(directory) : [name]
    for (const id of names) if (/^[0-9a-f]{64}$/.test(id)) onExit(id)
  })
  return () => watcher.close()
}
