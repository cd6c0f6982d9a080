import { closeSync, constants, existsSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import type { ContainerSpec } from '../../api.ts'

export interface RotationLimits {
  readonly maxBytes: number
  /** Files kept, the current one included. */
  readonly maxFiles: number
}

const units: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }
const defaults: RotationLimits = { maxBytes: 10 * 1024 ** 2, maxFiles: 3 }

/** json-file's options `max-size` (10m, 1g; -1 is without limit) and `max-file`; by default 10 MB times 3. */
export function rotationLimits(logging: ContainerSpec['logging']): RotationLimits {
  const size = logging?.options['max-size']
  const files = Number(logging?.options['max-file'] ?? defaults.maxFiles)
  return {
    maxBytes: size === undefined ? defaults.maxBytes : parseSize(size),
    maxFiles: Number.isInteger(files) && files > 0 ? files : defaults.maxFiles,
  }
}

function parseSize(text: string): number {
  const match = /^(-?\d+(?:\.\d+)?)\s*([bkmg]?)i?b?$/.exec(text.trim().toLowerCase())
  if (match === null) return defaults.maxBytes
  const bytes = Number(match[1]) * (units[match[2] ?? ''] ?? 1)
  return bytes <= 0 ? Number.POSITIVE_INFINITY : bytes
}

/** Size of the current file; 0 where there is none. */
export function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Moves the files on by one and has the monitor open a new one. The monitor writes to the moved file until then. */
export function rotateLog(path: string, { maxFiles, control }: { readonly maxFiles: number; readonly control: string }): void {
  rmSync(`${path}.${maxFiles - 1}`, { force: true })
  for (let index = maxFiles - 2; index >= 1; index--) {
    if (existsSync(`${path}.${index}`)) renameSync(`${path}.${index}`, `${path}.${index + 1}`)
  }
  if (maxFiles > 1) renameSync(path, `${path}.1`)
  else rmSync(path, { force: true })
  sendControl(control, '2 0 0\n')
}

/** Writes a line to the monitor's control FIFO; never waits for a reader. */
export function sendControl(path: string, line: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  try {
    writeSync(fd, line)
  } finally {
    closeSync(fd)
  }
}
