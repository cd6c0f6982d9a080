import { readFileSync } from 'node:fs'

/** One line of /proc/PID/mountinfo. */
export interface MountEntry {
  readonly id: number
  readonly parentId: number
  /** `major:minor` of the file system. */
  readonly device: string
  /** Directory of the file system that is mounted. */
  readonly root: string
  readonly target: string
  readonly options: readonly string[]
  /** Peer groups: `shared:3`, `master:1`; empty for a private mount. */
  readonly propagation: readonly string[]
  readonly type: string
  readonly source: string
  readonly superOptions: readonly string[]
}

/** Mounts a process sees (`self` by default), in mount order: a later entry with the same target covers an earlier one. */
export function readMountinfo(pid: number | 'self' = 'self'): readonly MountEntry[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`, 'utf8'))
}

/** Format: proc(5). Lines that do not have it are left out. */
export function parseMountinfo(text: string): readonly MountEntry[] {
  return text
    .split('\n')
    .map(parseLine)
    .filter((entry) => entry !== undefined)
}

function parseLine(line: string): MountEntry | undefined {
  const [before, after] = line.split(' - ', 2)
  if (before === undefined || after === undefined) return undefined
  const [id, parentId, device = '', root = '', target = '', options = '', ...propagation] = before.split(' ')
  const [type = '', source = '', superOptions = ''] = after.split(' ')
  return {
    id: Number(id),
    parentId: Number(parentId),
    device,
    root: unescapeField(root),
    target: unescapeField(target),
    options: options.split(','),
    propagation,
    type,
    source: unescapeField(source),
    superOptions: superOptions.split(','),
  }
}

/** Blanks, tabs, newlines and backslashes are written as three octal digits, byte by byte. */
function unescapeField(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
