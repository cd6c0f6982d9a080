import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clear, kernelTraces, openEngine, printed, reset, sh, spec, type TestEngine } from '../support/container-engine.ts'

let engine: TestEngine

beforeEach(async () => {
  reset()
  engine = await openEngine()
})
afterEach(async () => {
  await clear(engine)
  expect(kernelTraces(engine)).toBe('')
  await engine.abandon()
})

async function started(name: string, command: readonly string[], more = {}): Promise<string> {
  const { id } = await engine.containers.create({ spec: spec(name, command, more) })
  await engine.containers.start({ container: id })
  return id
}

/** The engine goes without a word and another one comes. */
async function replaced(meanwhile: () => Promise<void> | void = () => undefined): Promise<void> {
  await engine.abandon()
  await meanwhile()
  engine = await openEngine()
}

/** Only a zombie, or nothing, is left of a process. */
function hasEnded(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

const gone = async (pid: number): Promise<void> => {
  while (!hasEnded(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('an engine that starts anew', () => {
  it('takes running containers over as they are, and sees them end', async () => {
    const id = await started('kept', ['sh', '-c', 'i=0; while :; do echo $i; i=$((i+1)); sleep 0.01; done'])
    const before = (await engine.containers.inspect({ container: id })).state
    await replaced(() => new Promise((resolve) => setTimeout(resolve, 300)))
    const { state } = await engine.containers.inspect({ container: 'kept' })
    expect(state).toMatchObject({ status: 'running', pid: before.pid, startedAt: before.startedAt })
    await printed(engine, id, /^40$/)
    await engine.containers.stop({ container: id, timeoutMs: 0 })
    const lines: number[] = []
    for await (const batch of engine.containers.logs({ container: id })) lines.push(...batch.map(({ text }) => Number(text)))
    expect(lines).toEqual(lines.map((_line, index) => index))
    expect((await engine.containers.inspect({ container: id })).state).toMatchObject({ status: 'exited', exitCode: 137 })
  })

  it('knows how healthy a container was, and goes on from there', async () => {
    const ns = 1_000_000
    const check = (test: string, interval: number): object => ({ Test: ['CMD-SHELL', test], Interval: interval * ns, Retries: 3 })
    const well = await started('well', ['sleep', '1000'], { healthcheck: check('echo fine', 50) })
    const ill = await started('ill', ['sleep', '1000'], { healthcheck: check('echo poorly; exit 1', 1000) })
    const slow = await started('slow', ['sleep', '1000'], { healthcheck: check('true', 60_000) })
    await engine.containers.await({ container: well, until: 'healthy', timeoutMs: 5000 })
    while ((await engine.containers.inspect({ container: ill })).failingStreak < 1) await new Promise((resolve) => setTimeout(resolve, 20))
    await replaced()
    const after = await engine.containers.inspect({ container: well })
    expect(after.state.health).toBe('healthy')
    expect(after.healthLog.at(0)).toMatchObject({ exitCode: 0, output: 'fine\n' })
    // Two more failures make three: the one before counts.
    const { failingStreak, state } = await engine.containers.inspect({ container: ill })
    expect([failingStreak >= 1, state.health]).toEqual([true, 'starting'])
    await expect(engine.containers.await({ container: ill, until: 'healthy', timeoutMs: 15_000 })).rejects.toThrow('unhealthy')
    expect((await engine.containers.inspect({ container: ill })).healthLog.length).toBe(3)
    // A new run knows nothing of the one before.
    expect((await engine.containers.inspect({ container: slow })).state.health).toBe('starting')
    await engine.containers.restart({ container: well, timeoutMs: 0 })
    expect((await engine.containers.inspect({ container: well })).healthLog.length).toBeLessThan(2)
  })

  it('knows code and time of what ended meanwhile, and applies its policy', async () => {
    const once = await started('once', ['sh', '-c', 'sleep 0.2; exit 6'])
    const again = await started('again', ['sh', '-c', 'sleep 0.2; exit 1'], { restart: { name: 'always' } })
    const auto = await started('auto', ['sleep', '0.2'], { autoRemove: true })
    await replaced(() => new Promise((resolve) => setTimeout(resolve, 600)))
    const { state } = await engine.containers.inspect({ container: once })
    expect(state).toMatchObject({ status: 'exited', exitCode: 6 })
    expect(state.finishedAt - state.startedAt).toBeLessThan(500)
    await engine.containers.await({ container: again, until: 'running', timeoutMs: 3000 })
    expect((await engine.containers.inspect({ container: again })).state.restartCount).toBeGreaterThan(0)
    await engine.containers.await({ container: auto, until: 'removed', timeoutMs: 3000 })
  })

  it('ends a container whose monitor was killed while nobody looked', async () => {
    const id = await started('alone', ['sleep', '1000'])
    const { pid } = (await engine.containers.inspect({ container: id })).state
    const monitor = JSON.parse(readFileSync(`/var/lib/tscompose/containers/${id}/record.json`, 'utf8')).state.monitor.pid as number
    await replaced(async () => {
      process.kill(monitor, 'SIGKILL')
      await gone(monitor)
    })
    await gone(pid)
    expect((await engine.containers.inspect({ container: id })).state).toMatchObject({
      status: 'exited',
      exitCode: 137,
      error: expect.stringContaining('monitor'),
    })
  })

  it('notices a reboot: nothing runs, and the policies decide what starts', async () => {
    const ids = {
      plain: await started('plain', ['sleep', '1000']),
      always: await started('always', ['sleep', '1000'], { restart: { name: 'always' } }),
      stopped: await started('stopped', ['sleep', '1000'], { restart: { name: 'unless-stopped' } }),
    }
    await engine.containers.stop({ container: ids.stopped, timeoutMs: 0 })
    const pids = engine.list({}).map(({ state }) => state.pid)
    await replaced(async () => {
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      await Promise.all(pids.map(gone))
      sh('findmnt -rn -o TARGET | grep -E "tscompose/.*(merged|netns/)" | xargs -r -n1 umount -l; rm -rf /run/tscompose/*')
    })
    await engine.containers.await({ container: ids.always, until: 'running', timeoutMs: 5000 })
    const status = Object.fromEntries(engine.list({ all: true }).map(({ name, state }) => [name, state.status]))
    expect(status).toEqual({ plain: 'exited', always: 'running', stopped: 'exited' })
    expect((await engine.containers.inspect({ container: 'plain' })).state.exitCode).toBe(255)
  })

  it('puts a damaged record aside and clears what a cut-off creation left', async () => {
    await started('good', ['sleep', '1000'])
    const { id } = await engine.containers.create({ spec: spec('torn', ['sh']) })
    await replaced(
      () =>
        void sh(
          `echo '{"version":1,' >/var/lib/tscompose/containers/${id}/record.json; mkdir -p /var/lib/tscompose/containers/${'c'.repeat(64)}`,
        ),
    )
    expect(engine.list({ all: true }).map(({ name }) => name)).toEqual(['good'])
    expect(engine.warnings.join()).toContain('record')
    expect(sh('ls /var/lib/tscompose/containers').split('\n')).not.toContain('c'.repeat(64))
  })
})

it('kills and records a container whose monitor is killed', async () => {
  const id = await started('watched', ['sleep', '1000'])
  const { pid } = (await engine.containers.inspect({ container: id })).state
  const monitor = JSON.parse(readFileSync(`/var/lib/tscompose/containers/${id}/record.json`, 'utf8')).state.monitor.pid as number
  process.kill(monitor, 'SIGKILL')
  await engine.containers.await({ container: id, until: 'exited', timeoutMs: 2000 })
  await gone(pid)
  expect((await engine.containers.inspect({ container: id })).state).toMatchObject({
    exitCode: 137,
    error: expect.stringContaining('monitor'),
  })
})
