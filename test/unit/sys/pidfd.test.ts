import { closeSync, openSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isSameProcess, onExit, parseStat, pidfdGetFd, pidfdOpen, pidfdSendSignal, processStartTime } from '../../../src/sys/pidfd.ts'
import { spawnProcess } from '../../../src/sys/process.ts'

const sleeper = (): number => spawnProcess('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore'] }).pid ?? 0

it('a descriptor signals its process and tells when it has ended', async () => {
  const pid = sleeper()
  const pidfd = pidfdOpen(pid)
  const startTime = processStartTime(pid) ?? 0
  expect(isSameProcess(pid, startTime)).toBe(true)
  expect(isSameProcess(pid, startTime + 1)).toBe(false)
  expect(pidfdSendSignal(pidfd, 'SIGKILL')).toBe(true)
  await onExit(pidfd)
  await expect.poll(() => isSameProcess(pid, startTime)).toBe(false)
  await expect.poll(() => pidfdSendSignal(pidfd, 0)).toBe(false)
  closeSync(pidfd)
  expect(() => pidfdOpen(pid)).toThrow(expect.objectContaining({ code: 'ESRCH' }))
})

it('waiting can be given up', async () => {
  const pidfd = pidfdOpen(sleeper())
  await expect(onExit(pidfd, AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' })
  await expect(onExit(pidfd, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  pidfdSendSignal(pidfd, 'SIGKILL')
  await onExit(pidfd)
  closeSync(pidfd)
})

it('takes over a descriptor of a process', () => {
  const own = pidfdOpen(process.pid)
  const fd = openSync('/proc/self/status', 'r')
  const taken = pidfdGetFd(own, fd)
  closeSync(fd)
  expect(readFileSync(taken, 'utf8')).toContain('Pid:')
  closeSync(taken)
  closeSync(own)
})

it('a command name cannot fake the fields after it', () => {
  const rest = Array.from({ length: 50 }, (_, index) => String(index)).join(' ')
  expect(parseStat(`12 (evil) Z 1 2) S ${rest}`)).toEqual({ state: 'S', startTime: 18 })
  expect(parseStat('')).toBeUndefined()
})
