import { closeSync, constants, lstatSync, readdirSync } from 'node:fs'
import { openDirectory, openNoSymlinks, utimensat } from '../../../sys/files.ts'

/** Sets every modification time in a tree that is later than `epoch` (seconds) to it; the tree's root counts too. */
export function clampTimes(path: string, epoch: number): void {
  const limit = BigInt(epoch) * 1_000_000_000n
  const rootFd = openDirectory(path)
  try {
    clampBelow(rootFd, limit)
    clampEntry(rootFd, '.', limit)
  } finally {
    closeSync(rootFd)
  }
}

function clampBelow(fd: number, limit: bigint): void {
  for (const entry of readdirSync(`/proc/self/fd/${fd}`, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      const child = openNoSymlinks(fd, entry.name, constants.O_RDONLY | constants.O_DIRECTORY)
      try {
        clampBelow(child, limit)
      } finally {
        closeSync(child)
      }
    }
    clampEntry(fd, entry.name, limit)
  }
}

function clampEntry(fd: number, name: string, limit: bigint): void {
  const { mtimeNs } = lstatSync(`/proc/self/fd/${fd}/${name}`, { bigint: true })
  if (mtimeNs > limit) utimensat(fd, name, { mtime: limit })
}
