import { readFileSync, writeFileSync } from 'node:fs'
import { hasErrno } from '../../base/errors.ts'

/*
 * Kernel settings of the network namespace the calling thread is in. Synchronous, so that they can be used inside
 * withNetns. /proc/sys/net shows each thread its own namespace.
 */

/** Reads `net/ipv4/ip_forward`; undefined where the kernel has no such setting. */
export function readSysctl(key: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${key}`, 'utf8').trim()
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Writes a setting. Returns false where the kernel has none of this name (IPv6 switched off, say). */
export function writeSysctl(key: string, value: string): boolean {
  try {
    writeFileSync(`/proc/sys/${key}`, value)
    return true
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false
    throw error
  }
}
