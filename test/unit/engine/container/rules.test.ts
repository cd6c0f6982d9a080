import { describe, expect, it } from 'vitest'
import { createDetachScanner, parseDetachKeys } from '../../../../src/engine/container/attach/detach-keys.ts'
import { effectiveHealthcheck, type HealthPlan } from '../../../../src/engine/container/health/config.ts'
import { judge, nextProbeDelay } from '../../../../src/engine/container/health/judge.ts'
import { capabilityNames } from '../../../../src/engine/container/host-facts.ts'
import { extraHostLines, renderHostResolvConf, renderHosts } from '../../../../src/engine/container/hosts.ts'
import { createLineJoiner, parseLogLine } from '../../../../src/engine/container/logs/entry.ts'
import { rotationLimits } from '../../../../src/engine/container/logs/rotate.ts'
import { cleanTarget } from '../../../../src/engine/container/resolve-mounts.ts'
import { nextRestart, startsAfterBoot } from '../../../../src/engine/container/restart-policy.ts'
import { parseNetDev, systemCpuNanos } from '../../../../src/engine/container/stats.ts'
import { signalNumber } from '../../../../src/engine/container/stop.ts'
import { launchError, launchExitCode } from '../../../../src/engine/runtime/launch-error.ts'
import { parseAnswer } from '../../../../src/engine/runtime/monitor.ts'

const probe = (exitCode: number) => ({ start: 0, end: 1, exitCode, output: '' })

describe('restart policy', () => {
  const run = { exitCode: 1, ranMs: 50, stoppedByUser: false, restartCount: 0, previousDelayMs: 0 }
  it('doubles the pause up to a minute and begins anew after ten good seconds', () => {
    let delay = 0
    const delays: number[] = []
    for (let round = 0; round < 12; round++) {
      delay = nextRestart({ name: 'always' }, { ...run, previousDelayMs: delay })?.delayMs ?? 0
      delays.push(delay)
    }
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000])
    expect(nextRestart({ name: 'always' }, { ...run, ranMs: 10_000, previousDelayMs: 60_000 })).toEqual({ delayMs: 100 })
  })
  it('knows when to leave it', () => {
    expect(nextRestart(undefined, run)).toBeUndefined()
    expect(nextRestart({ name: 'no' }, run)).toBeUndefined()
    expect(nextRestart({ name: 'always' }, { ...run, stoppedByUser: true })).toBeUndefined()
    expect(nextRestart({ name: 'on-failure' }, { ...run, exitCode: 0 })).toBeUndefined()
    expect(nextRestart({ name: 'on-failure', maximumRetries: 3 }, { ...run, restartCount: 3 })).toBeUndefined()
    expect(nextRestart({ name: 'on-failure', maximumRetries: 3 }, { ...run, restartCount: 2 })).toBeDefined()
    expect([
      startsAfterBoot({ name: 'always' }, true),
      startsAfterBoot({ name: 'unless-stopped' }, true),
      startsAfterBoot({ name: 'unless-stopped' }, false),
    ]).toEqual([true, false, true])
  })
})

describe('health', () => {
  const plan: HealthPlan = { args: ['x'], intervalMs: 30_000, timeoutMs: 1, startPeriodMs: 10_000, startIntervalMs: 5_000, retries: 2 }
  it('fills in the defaults and lays the spec over the image', () => {
    expect(effectiveHealthcheck({ Test: ['CMD-SHELL', 'true'], Interval: 2e9, Retries: 5 }, { Retries: 7 })).toEqual({
      args: ['/bin/sh', '-c', 'true'],
      intervalMs: 2000,
      timeoutMs: 30_000,
      startPeriodMs: 0,
      startIntervalMs: 2000,
      retries: 7,
    })
    expect(effectiveHealthcheck({ Test: ['CMD', 'true'] }, { Test: ['NONE'] })).toBeUndefined()
    expect(() => effectiveHealthcheck({ Test: ['curl'] }, undefined)).toThrow(expect.objectContaining({ code: 'INVALID_HEALTHCHECK' }))
  })
  it('judges by failures in a row, but not during the start period', () => {
    const starting = { status: 'starting', failingStreak: 0, log: [] } as const
    expect(judge(starting, probe(1), { plan, inStartPeriod: true })).toMatchObject({ status: 'starting', failingStreak: 0 })
    const once = judge(starting, probe(1), { plan, inStartPeriod: false })
    expect(once).toMatchObject({ status: 'starting', failingStreak: 1 })
    expect(judge(once, probe(1), { plan, inStartPeriod: false })).toMatchObject({ status: 'unhealthy', failingStreak: 2 })
    expect(judge({ ...once, status: 'unhealthy' }, probe(0), { plan, inStartPeriod: false })).toMatchObject({
      status: 'healthy',
      failingStreak: 0,
    })
    expect(nextProbeDelay('starting', { plan, inStartPeriod: true })).toBe(5000)
    expect(nextProbeDelay('healthy', { plan, inStartPeriod: true })).toBe(30_000)
  })
})

describe('logs', () => {
  it('are read line by line, torn ones passed over', () => {
    expect(parseLogLine('2026-01-01T00:00:00.000000001+00:00 stdout F hello  world')).toEqual({
      time: '2026-01-01T00:00:00.000000001+00:00',
      stream: 'stdout',
      partial: false,
      text: 'hello  world',
    })
    expect(parseLogLine('2026 stderr F ')).toMatchObject({ text: '' })
    for (const torn of ['', 'x', '2026 stdout', '2026 stdfoo F x', '2026 stdout X x']) expect(parseLogLine(torn)).toBeUndefined()
  })
  it('have their long lines joined, each stream for itself', () => {
    const joiner = createLineJoiner()
    const line = (stream: 'stdout' | 'stderr', partial: boolean, text: string) => joiner.push({ time: text, stream, partial, text })
    expect(line('stdout', true, 'a')).toBeUndefined()
    expect(line('stderr', false, 'e')).toEqual({ stream: 'stderr', time: 'e', text: 'e' })
    expect(line('stdout', false, 'b')).toEqual({ stream: 'stdout', time: 'a', text: 'ab' })
    line('stdout', true, 'open')
    expect(joiner.flush()).toEqual([{ stream: 'stdout', time: 'open', text: 'open', partial: true }])
  })
  it('are kept to 10 MB times three unless told otherwise', () => {
    expect(rotationLimits(undefined)).toEqual({ maxBytes: 10 << 20, maxFiles: 3 })
    expect(rotationLimits({ driver: 'json-file', options: { 'max-size': '1.5m', 'max-file': '5' } })).toEqual({
      maxBytes: 1.5 * 1024 ** 2,
      maxFiles: 5,
    })
    expect(rotationLimits({ driver: 'local', options: { 'max-size': '-1' } }).maxBytes).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('hosts and resolv.conf', () => {
  it('name the container last and stand in for the gateway', () => {
    const text = renderHosts(
      { hostGateway: '172.18.0.1', hosts: [{ address: '172.18.0.2', names: ['web'] }] },
      {
        extraHosts: ['host.docker.internal=host-gateway', 'six:[::5]'],
      },
    )
    expect(text.split('\n').slice(-4)).toEqual(['172.18.0.1\thost.docker.internal', '::5\tsix', '172.18.0.2\tweb', ''])
    expect(() => extraHostLines(['nonsense'], '')).toThrow(expect.objectContaining({ code: 'INVALID_EXTRA_HOST' }))
  })
  it('name the container with its domain first', () => {
    const text = renderHosts({ hostGateway: '', hosts: [{ address: '172.18.0.2', names: ['web'] }] }, { domainname: 'example.org' })
    expect(text.split('\n').slice(-2)).toEqual(['172.18.0.2\tweb.example.org web', ''])
  })
  it('keep the host’s servers unless the container has its own', () => {
    expect(renderHostResolvConf('nameserver 1.1.1.1\nsearch a\n', {})).toBe('nameserver 1.1.1.1\nsearch a\n')
    expect(renderHostResolvConf('nameserver 1.1.1.1\nsearch a\n', { dns: ['9.9.9.9'] })).toBe('nameserver 9.9.9.9\nsearch a\n')
  })
})

it('detach keys are found across reads, and held back only as long as they may be meant', () => {
  expect(parseDetachKeys('ctrl-p,ctrl-q,a')).toEqual([16, 17, 97])
  expect(() => parseDetachKeys('ctrl-')).toThrow(expect.objectContaining({ code: 'INVALID_DETACH_KEYS' }))
  const scanner = createDetachScanner([16, 17])
  expect(scanner.push(Buffer.from('x\x10')).output.toString()).toBe('x')
  expect(scanner.push(Buffer.from('y\x10')).output.toString()).toBe('\x10y')
  expect(scanner.push(Buffer.from('\x11z'))).toMatchObject({ detached: true })
})

it('signals are known by name and number', () => {
  expect(['TERM', 'sigquit', '9', 'SIGRTMIN+3', 'RTMAX-2'].map(signalNumber)).toEqual([15, 3, 9, 37, 62])
  expect(() => signalNumber('NOPE')).toThrow(expect.objectContaining({ code: 'UNKNOWN_SIGNAL' }))
})

it('mount targets are cleaned, and the root refused', () => {
  expect(['/a/', '/a/../b', '//x'].map(cleanTarget)).toEqual(['/a', '/b', '/x'])
  for (const bad of ['a', '/', '/..']) expect(() => cleanTarget(bad)).toThrow(expect.objectContaining({ code: 'INVALID_MOUNT_TARGET' }))
})

it('what the runtime says becomes an error with a shell’s code', () => {
  const subject = { name: 'web', image: 'img', args: ['/sbin/docker-init', '--', 'serve'] }
  const code = (message: string): readonly [string, number] => {
    const error = launchError(message, subject)
    return [error.code, launchExitCode(error)]
  }
  expect(code('executable file `serve` not found in $PATH: No such file or directory')).toEqual(['COMMAND_NOT_FOUND', 127])
  expect(code('open executable: Permission denied')).toEqual(['COMMAND_NOT_EXECUTABLE', 126])
  expect(code('the path `/etc` is not a regular file: Operation not permitted')).toEqual(['COMMAND_NOT_EXECUTABLE', 126])
  expect(code('exec: "serve": executable file not found in $PATH')).toEqual(['COMMAND_NOT_FOUND', 127])
  expect(code('cannot set memory limit')).toEqual(['RUNTIME_FAILED', 128])
  expect(launchError('executable file `serve` not found', subject).message).toContain('"serve"')
  expect(parseAnswer('{"data": 12}')).toEqual({ pid: 12, message: '' })
  expect(parseAnswer('{"data": -1, "message": "no\\n"}')).toEqual({ pid: -1, message: 'no' })
  expect(parseAnswer('{"data": 1')).toBeUndefined()
})

it('figures of the kernel are read', () => {
  expect(systemCpuNanos('cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1')).toBe(36 * 10_000_000)
  expect(parseNetDev('Inter-| x\n face |b\n    lo: 5 0 0 0 0 0 0 0 5 0\n  eth0: 10 1 0 0 0 0 0 0 20 2\n')).toEqual({
    received: 10,
    sent: 20,
  })
  expect(capabilityNames('00000000a80425fb')).toHaveLength(14)
})
