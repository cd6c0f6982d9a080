import { type Dirent, existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { type CgroupLayout, controllerDirectory, groupDirectories } from './layout.ts'

/** Pids in the group and its subgroups, ascending. Empty where the group is gone. */
export function groupPids(layout: CgroupLayout, path: string): readonly number[] {
  const [directory] = processDirectories(layout, path)
  if (directory === undefined) return []
  const pids = subtree(directory).flatMap((group) => readText(`${group}/cgroup.procs`).split('\n').filter(Boolean).map(Number))
  return [...new Set(pids)].sort((a, b) => a - b)
}

/** Hierarchies that can hold the group's processes, the surest first. */
function processDirectories(layout: CgroupLayout, path: string): readonly string[] {
  const preferred = ['pids', 'freezer', 'memory', 'cpu'].map((controller) => controllerDirectory(layout, controller, path))
  return [...preferred, ...groupDirectories(layout, path)].filter(
    (directory) => directory !== undefined && existsSync(directory),
  ) as string[]
}

/** The directory and all below it, parents first. */
function subtree(directory: string): readonly string[] {
  let entries: Dirent[]
  try {
    entries = readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return []
    throw error
  }
  return [directory, ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => subtree(`${directory}/${name}`))]
}

/** Removes a group nothing runs in, with its subgroups. True if it is gone, also before; false while a process is in it. */
export function removeEmptyGroup(layout: CgroupLayout, path: string): boolean {
  return groupDirectories(layout, path).filter((directory) => !removeTree(directory)).length === 0
}

const removeAttempts = 100

/**
 * Kills what runs in the group and removes it with its subgroups from every hierarchy. Succeeds if it is already gone.
 * Rejects CGROUP_BUSY where a process cannot be killed within a second.
 */
export async function removeGroup(layout: CgroupLayout, path: string): Promise<void> {
  for (let attempt = 0; attempt < removeAttempts; attempt++) {
    for (const pid of groupPids(layout, path)) kill(pid)
    thaw(layout, path)
    if (removeEmptyGroup(layout, path)) return
    await sleep(10)
  }
  throw new TscomposeError(
    'unavailable',
    'CGROUP_BUSY',
    `control group ${path} cannot be removed: processes ${groupPids(layout, path).join(', ')} do not end`,
  )
}

/** A frozen process of a v1 group does not even die. */
function thaw(layout: CgroupLayout, path: string): void {
  const v1 = layout.v1.get('freezer')
  if (v1 !== undefined && isFrozen(layout, path)) writeFileSync(`${v1}${path}/freezer.state`, 'THAWED')
}

function removeTree(directory: string): boolean {
  try {
    for (const group of subtree(directory).toReversed()) rmdirSync(group)
    return true
  } catch (error) {
    if (hasErrno(error, 'EBUSY')) return false
    if (hasErrno(error, 'ENOENT')) return true
    throw error
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw error
  }
}

const freezeAttempts = 500

/** Stops or continues all processes of the group and waits until the kernel says so (a second at most). */
export async function setFrozen(layout: CgroupLayout, path: string, frozen: boolean): Promise<void> {
  const v1 = layout.v1.get('freezer')
  const file = v1 === undefined ? `${layout.unified}${path}/cgroup.freeze` : `${v1}${path}/freezer.state`
  writeFileSync(file, v1 === undefined ? (frozen ? '1' : '0') : frozen ? 'FROZEN' : 'THAWED')
  for (let attempt = 0; attempt < freezeAttempts; attempt++) {
    if (isFrozen(layout, path) === frozen) return
    await sleep(2)
  }
  throw new TscomposeError('unavailable', 'CGROUP_BUSY', `control group ${path} cannot be ${frozen ? 'frozen' : 'thawed'}`)
}

/** False too where the group is gone. */
export function isFrozen(layout: CgroupLayout, path: string): boolean {
  const v1 = layout.v1.get('freezer')
  if (v1 !== undefined) return readText(`${v1}${path}/freezer.state`).trim() === 'FROZEN'
  return /^frozen 1$/m.test(readText(`${layout.unified}${path}/cgroup.events`))
}

/** Text of a kernel file, '' where it is not there. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENODEV') || hasErrno(error, 'EOPNOTSUPP')) return ''
    throw error
  }
}
