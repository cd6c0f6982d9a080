import { closeSync, constants, fchmodSync, fchownSync, fstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import { openDirectory, openInRoot } from '../../sys/files.ts'
import { exited, lastLines, spawnProcess } from '../../sys/process.ts'

export interface CopyUp {
  /** Mounted root file system of the container. */
  readonly rootfsMergedPath: string
  /** Where the volume goes, as a path of the container. */
  readonly target: string
  /** The volume's directory on the host. */
  readonly mountpoint: string
}

/** Stands beside the volume's directory while it is being filled: what is in there is then not the user's. */
const markerName = '.copy-up'

/**
 * Fills an empty volume with what the image has at the target, with owners, modes and attributes; the volume itself
 * gets those of the image's directory. Does nothing where the volume has something in it, or the image no directory
 * there. Links in the image cannot lead out of it. Rejects VOLUME_COPY and leaves the volume empty. True if it was filled.
 */
export async function copyUp({ rootfsMergedPath, target, mountpoint }: CopyUp): Promise<boolean> {
  if (readdirSync(mountpoint).length > 0) return false
  const rootFd = openDirectory(rootfsMergedPath)
  try {
    const sourceFd = openTarget(rootFd, target)
    if (sourceFd === undefined) return false
    try {
      await copy(sourceFd, mountpoint)
      return true
    } finally {
      closeSync(sourceFd)
    }
  } finally {
    closeSync(rootFd)
  }
}

/** Undefined where the image has no directory there. */
function openTarget(rootFd: number, target: string): number | undefined {
  try {
    return openInRoot(rootFd, target, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].some((code) => hasCode(error, code))) return undefined
    throw error
  }
}

async function copy(sourceFd: number, mountpoint: string): Promise<void> {
  const source = `/proc/self/fd/${sourceFd}`
  const destinationFd = openDirectory(mountpoint)
  try {
    if (readdirSync(source).length > 0) await copyTree(sourceFd, destinationFd, mountpoint)
    const { uid, gid, mode } = fstatSync(sourceFd)
    fchownSync(destinationFd, uid, gid)
    fchmodSync(destinationFd, mode & 0o7777)
  } finally {
    closeSync(destinationFd)
  }
}

/** By a program, so that the engine goes on meanwhile; it gets both directories as descriptors and follows no links. */
async function copyTree(sourceFd: number, destinationFd: number, mountpoint: string): Promise<void> {
  const marker = markerOf(mountpoint)
  writeFileSync(marker, '')
  try {
    const child = spawnProcess('cp', ['-a', '--reflink=auto', '/proc/self/fd/3/.', '/proc/self/fd/4/'], {
      stdio: ['ignore', 'ignore', 'pipe', sourceFd, destinationFd],
    })
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      // The last words tell; a full disk says the same thing for each file.
      said = (said + text).slice(-4096)
    })
    const { exitCode } = await exited(child)
    if (exitCode !== 0) throw copyFailed(mountpoint, said)
  } catch (error) {
    emptyDirectory(mountpoint)
    throw error
  } finally {
    rmSync(marker, { force: true })
  }
}

function copyFailed(mountpoint: string, said: string): TscomposeError {
  const isFull = said.includes('No space left on device')
  const why = isFull ? 'no space left on the disk' : lastLines(said, 2)
  return new TscomposeError(
    'unavailable',
    isFull ? 'NO_SPACE' : 'VOLUME_COPY',
    `the image's files cannot be copied to volume ${mountpoint}: ${why}`,
    {
      hint: isFull ? 'free some space on that disk and try again' : 'with nocopy: true the volume starts empty',
    },
  )
}

/** After a crash: empties a volume whose filling was cut off, so that it is filled anew. */
export function undoCutCopy(mountpoint: string, hasMarker: (path: string) => boolean): boolean {
  const marker = markerOf(mountpoint)
  if (!hasMarker(marker)) return false
  emptyDirectory(mountpoint)
  rmSync(marker, { force: true })
  return true
}

function emptyDirectory(directory: string): void {
  for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`, { recursive: true, force: true })
}

function markerOf(mountpoint: string): string {
  return `${dirname(mountpoint)}/${markerName}`
}
