import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** A download nobody has used for so long goes, unless a container has something of it mounted. */
const unusedMs = 30 * 24 * 3_600_000
/** What a killed download or deletion left behind. */
const leftoverMs = 24 * 3_600_000

/**
 * Notes that the download a file lies in is in use, and after a new one deletes those that are not any more. `mounted`
 * gives the host paths containers have mounted, undefined where nobody knows: then all downloads stay.
 */
export async function keepDownloads(directory: string, file: string, mounted: () => Promise<readonly string[] | undefined>): Promise<void> {
  const [name = ''] = relative(directory, file).split('/')
  const marker = join(directory, `${name}.used`)
  const now = new Date()
  const known = await utimes(marker, now, now).then(
    () => true,
    () => false,
  )
  if (known) return
  await writeFile(marker, '', { mode: 0o600 })
  await prune(directory, now.getTime(), mounted)
}

async function prune(directory: string, now: number, mounted: () => Promise<readonly string[] | undefined>): Promise<void> {
  const names = await readdir(directory)
  const unusedSince = (name: string): Promise<number> => ageOf(join(directory, names.includes(`${name}.used`) ? `${name}.used` : name), now)
  const stale: string[] = []
  for (const name of names) {
    if (name.endsWith('.used')) continue
    if (name.endsWith('.tmp')) {
      if ((await unusedSince(name)) > leftoverMs) await rm(join(directory, name), { recursive: true, force: true })
    } else if ((await unusedSince(name)) > unusedMs) stale.push(name)
  }
  const paths = stale.length === 0 ? [] : await mounted()
  if (paths === undefined) return
  const isMounted = (place: string): boolean => paths.some((path) => path === place || path.startsWith(`${place}/`))
  for (const name of stale) if (!isMounted(join(directory, name))) await remove(directory, name)
}

async function ageOf(path: string, now: number): Promise<number> {
  return now - (await stat(path)).mtimeMs
}

/** Goes at once: half a download must never look like a whole one. */
async function remove(directory: string, name: string): Promise<void> {
  const away = join(directory, `${name}.${randomUUID()}.tmp`)
  await rename(join(directory, name), away)
  await rm(join(directory, `${name}.used`), { force: true })
  await rm(away, { recursive: true, force: true })
}
