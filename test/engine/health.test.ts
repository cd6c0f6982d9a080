import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ContainerSpec } from '../../src/engine/api.ts'
import { clear, openEngine, reset, sh, spec, type TestEngine } from '../support/container-engine.ts'

let engine: TestEngine
const ms = 1_000_000

beforeAll(async () => {
  reset()
  engine = await openEngine()
})
afterEach(() => clear(engine))
afterAll(() => engine.abandon())

async function started(name: string, healthcheck: ContainerSpec['healthcheck'], more: Partial<ContainerSpec> = {}): Promise<string> {
  const { id } = await engine.containers.create({
    spec: spec(name, ['sleep', '1000'], { ...(healthcheck === undefined ? {} : { healthcheck }), ...more }),
  })
  await engine.containers.start({ container: id })
  return id
}
const actions = (id: string): readonly string[] => engine.events.filter((event) => event.id === id).map(({ action }) => action)

describe('a health check', () => {
  it('makes a container healthy, and unhealthy after as many failures in a row as it says', async () => {
    const id = await started('web', { Test: ['CMD-SHELL', 'echo checking; test ! -e /tmp/broken'], Interval: 50 * ms, Retries: 2 })
    expect((await engine.containers.inspect({ container: id })).state.health).toBe('starting')
    await engine.containers.await({ container: id, until: 'healthy', timeoutMs: 5000 })
    await engine.containers.exec({ container: id, process: { args: ['touch', '/tmp/broken'] } })
    const changed = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (actions(id).includes('health_status: unhealthy')) resolve(clearInterval(timer))
      }, 10)
    })
    await changed
    const details = await engine.containers.inspect({ container: id })
    expect(details.state.health).toBe('unhealthy')
    expect(details.failingStreak).toBeGreaterThanOrEqual(2)
    expect(details.healthLog.length).toBeLessThanOrEqual(5)
    expect(details.healthLog.at(-1)).toMatchObject({ exitCode: 1, output: 'checking\n' })
    await expect(engine.containers.await({ container: id, until: 'healthy' })).rejects.toMatchObject({
      code: 'DEPENDENCY_FAILED',
      message: expect.stringContaining('unhealthy'),
    })
  })

  it('does not count failures during the start period, and probes more often then', async () => {
    const id = await started('slow', {
      Test: ['CMD', 'false'],
      Interval: 10_000 * ms,
      StartPeriod: 600 * ms,
      StartInterval: 50 * ms,
      Retries: 1,
    })
    await new Promise((resolve) => setTimeout(resolve, 400))
    const early = await engine.containers.inspect({ container: id })
    expect(early.state.health).toBe('starting')
    expect(early.healthLog.length).toBeGreaterThanOrEqual(2)
    expect(early.failingStreak).toBe(0)
  })

  it('is killed with all its children when it takes too long', async () => {
    const id = await started('hang', { Test: ['CMD-SHELL', 'sleep 4321 & sleep 4322'], Interval: 50 * ms, Timeout: 300 * ms, Retries: 1 })
    await expect(engine.containers.await({ container: id, until: 'healthy', timeoutMs: 10_000 })).rejects.toMatchObject({
      code: 'DEPENDENCY_FAILED',
    })
    expect((await engine.containers.inspect({ container: id })).healthLog[0]).toMatchObject({
      exitCode: -1,
      output: expect.stringContaining('timeout'),
    })
    await engine.containers.stop({ container: id, timeoutMs: 0 })
    expect(sh(`pgrep -f '^sleep 432[12]' || true`)).toBe('')
  })

  it('keeps 4096 bytes of what it prints', async () => {
    const id = await started('loud', { Test: ['CMD-SHELL', 'head -c 300000 /dev/zero | tr "\\0" x'], Interval: 50 * ms })
    await engine.containers.await({ container: id, until: 'healthy', timeoutMs: 5000 })
    expect((await engine.containers.inspect({ container: id })).healthLog[0]?.output).toBe('x'.repeat(4096))
  })

  it('that is missing makes waiting for it pointless', async () => {
    const id = await started('none', undefined)
    await expect(engine.containers.await({ container: id, until: 'healthy' })).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' })
    expect(await engine.containers.await({ container: id, until: 'running-or-healthy' })).toEqual({ exitCode: null })
  })
})

describe('a restart policy', () => {
  const policy = (name: 'always' | 'on-failure' | 'unless-stopped', maximumRetries?: number): Partial<ContainerSpec> => ({
    restart: { name, ...(maximumRetries === undefined ? {} : { maximumRetries }) },
  })

  it('starts it again, later each time, as often as it says', async () => {
    const { id } = await engine.containers.create({ spec: spec('crash', ['sh', '-c', 'echo run; exit 1'], policy('on-failure', 2)) })
    await engine.containers.start({ container: id })
    expect(await engine.containers.await({ container: id, until: 'exited', timeoutMs: 10_000 })).toEqual({ exitCode: 1 })
    expect((await engine.containers.inspect({ container: id })).state.restartCount).toBe(2)
    expect(actions(id)).toEqual(['create', 'start', 'die', 'start', 'die', 'start', 'die'])
    const lines: number[] = []
    for await (const batch of engine.containers.logs({ container: id })) lines.push(...batch.map(({ time }) => Date.parse(time)))
    expect(lines).toHaveLength(3)
    const [first = 0, second = 0, third = 0] = lines
    expect(second - first).toBeGreaterThanOrEqual(100)
    expect(third - second).toBeGreaterThanOrEqual(200)
  })

  it('yields to a stop at once, also while it waits', async () => {
    const { id } = await engine.containers.create({ spec: spec('loop', ['false'], policy('always')) })
    await engine.containers.start({ container: id })
    while (!actions(id).includes('die')) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await engine.containers.inspect({ container: id })).state.status).toBe('restarting')
    await engine.containers.stop({ container: id })
    const dead = actions(id).length
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect((await engine.containers.inspect({ container: id })).state.status).toBe('exited')
    expect(actions(id).length).toBe(dead)
  })

  it('does not bring back what was killed by hand', async () => {
    const id = await started('kept', undefined, policy('unless-stopped'))
    await engine.containers.kill({ container: id, signal: 'SIGKILL' })
    expect((await engine.containers.inspect({ container: id })).state).toMatchObject({ status: 'exited', exitCode: 137 })
  })

  it('brings back what was killed by somebody else', async () => {
    const id = await started('back', undefined, policy('always'))
    const { pid } = (await engine.containers.inspect({ container: id })).state
    process.kill(pid, 'SIGKILL')
    while (actions(id).filter((action) => action === 'start').length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    expect((await engine.containers.inspect({ container: id })).state.pid).not.toBe(pid)
  })
})
