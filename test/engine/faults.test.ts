import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clear, kernelTraces, openEngine, printed, reset, sh, spec, type TestEngine } from '../support/container-engine.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/*
 * Programs the engine relies on die, hang, or are not what a record says. crun is covered by a script that can be told
 * what to do wrong with which of its commands.
 */

const directory = mkdtempSync('/tmp/tscompose-faults-')
const order = `${directory}/order`
let engine: TestEngine

beforeAll(() => {
  requireSandbox()
  const crun = sh('readlink -f "$(command -v crun)"')
  sh(`cp ${crun} ${directory}/crun`)
  writeFileSync(
    `${directory}/script`,
    `#!/bin/sh
command=$3
case "$(cat ${order} 2>/dev/null)" in
  "die before $command") kill -9 $$ ;;
  "die after $command") ${directory}/crun "$@"; kill -9 $$ ;;
  "hang before $command") sleep 3 & echo $! >${directory}/hanging; wait; kill -9 $$ ;;
esac
exec ${directory}/crun "$@"
`,
    { mode: 0o755 },
  )
  sh(`mount --bind ${directory}/script ${crun}`)
})

beforeEach(async () => {
  reset()
  engine = await openEngine()
})

afterEach(async () => {
  rmSync(order, { force: true })
  await clear(engine)
  expect(kernelTraces(engine)).toBe('')
  await engine.abandon()
})

afterAll(() => {
  sh('umount "$(readlink -f "$(command -v crun)")"')
  rmSync(directory, { recursive: true })
})

async function started(name: string, command: readonly string[], more = {}): Promise<string> {
  const { id } = await engine.containers.create({ spec: spec(name, command, more) })
  await engine.containers.start({ container: id })
  return id
}

const recordPath = (id: string): string => `/var/lib/tscompose/containers/${id}/record.json`
const monitorOf = (id: string): number => JSON.parse(readFileSync(recordPath(id), 'utf8')).state.monitor.pid as number
const status = async (container: string): Promise<string> => (await engine.containers.inspect({ container })).state.status
/** Processes with this in their command lines; not the shell that asks, if one letter is in brackets. */
const pidsOf = (words: string): string => sh(`pgrep -f '${words}' || true`)

const said = async (command: string): Promise<string> => (await promisify(execFile)('sh', ['-c', command])).stdout.trim()

describe('kill -9 of the monitor', () => {
  it('ends its container within a second, and says why', async () => {
    const id = await started('alone', ['sleep', '1111'])
    const before = Date.now()
    process.kill(monitorOf(id), 'SIGKILL')
    await engine.containers.await({ container: id, until: 'exited', timeoutMs: 3000 })
    expect(Date.now() - before).toBeLessThan(1000)
    expect((await engine.containers.inspect({ container: id })).state).toMatchObject({
      exitCode: 137,
      error: expect.stringContaining('monitor'),
    })
    expect(pidsOf('^sleep 1111')).toBe('')
  })

  it('lets the restart policy bring it back', async () => {
    const id = await started('again', ['sleep', '1000'], { restart: { name: 'always' } })
    const first = (await engine.containers.inspect({ container: id })).state.pid
    process.kill(monitorOf(id), 'SIGKILL')
    await expect
      .poll(async () => (await engine.containers.inspect({ container: id })).state, { timeout: 5000 })
      .toMatchObject({ status: 'running', restartCount: 1 })
    expect((await engine.containers.inspect({ container: id })).state.pid).not.toBe(first)
    const lines = started('other', ['echo', 'works'])
    await printed(engine, await lines, /^works$/)
  })

  it('during a stop leaves nothing stuck, with the engine dead as well', async () => {
    const id = await started('stubborn', ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'])
    const stopping = engine.containers.stop({ container: id, timeoutMs: 2_000 })
    await sleep(100)
    stopping.catch(() => undefined)
    process.kill(monitorOf(id), 'SIGKILL')
    // The engine is gone before it could see that.
    await engine.abandon()
    engine = await openEngine()
    expect(await status(id)).toBe('exited')
    await engine.containers.remove({ container: id, force: true })
    await expect(engine.containers.inspect({ container: id })).rejects.toMatchObject({ code: 'CONTAINER_NOT_FOUND' })
  })
})

describe('kill -9 of the runtime', () => {
  it.each(['die before create', 'die after create'])(
    '(%s) is an error that leaves no half container, and the next try works',
    async (fault) => {
      const { id } = await engine.containers.create({ spec: spec('half', ['sleep', '2222']) })
      writeFileSync(order, fault)
      await expect(engine.containers.start({ container: id })).rejects.toMatchObject({ code: 'RUNTIME_FAILED' })
      expect(await status(id)).toBe('created')
      expect(kernelTraces(engine)).toBe('')
      expect(pidsOf(`[c]run.*${id}`)).toBe('')
      expect(existsSync(`/run/tscompose/crun/${id}`)).toBe(false)
      rmSync(order)
      await engine.containers.start({ container: id })
      expect(await status(id)).toBe('running')
    },
  )

  it('in an exec ends that exec only', async () => {
    const id = await started('kept', ['sleep', '1000'])
    writeFileSync(order, 'die before exec')
    expect((await engine.containers.exec({ container: id, process: { args: ['true'] } })).exitCode).not.toBe(0)
    rmSync(order)
    expect((await engine.containers.exec({ container: id, process: { args: ['true'] } })).exitCode).toBe(0)
    expect(await status(id)).toBe('running')
  })
})

describe('a runtime that hangs', () => {
  it('holds up its own container only', async () => {
    await started('bystander', ['sleep', '1000'])
    const { id } = await engine.containers.create({ spec: spec('hanging', ['sleep', '1000']) })
    writeFileSync(order, 'hang before create')
    const starting = engine.containers.start({ container: id }).catch((error: unknown) => error)
    await expect.poll(() => existsSync(`${directory}/hanging`)).toBe(true)
    rmSync(order)
    const before = Date.now()
    expect(
      engine
        .list({ all: true })
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['bystander', 'hanging'])
    expect((await engine.containers.exec({ container: 'bystander', process: { args: ['true'] } })).exitCode).toBe(0)
    await started('another', ['sleep', '1000'])
    await engine.containers.stop({ container: 'bystander', timeoutMs: 0 })
    expect(Date.now() - before).toBeLessThan(2000)
    expect(await starting).toMatchObject({ code: 'RUNTIME_FAILED' })
    await engine.containers.start({ container: id })
  })
})

describe('kill -9 of the network helper', () => {
  it('is mended by itself: names and ports are back soon', async () => {
    await engine.network.networks.create({ spec: { name: 'front', labels: {} } })
    const network = { kind: 'networks', endpoints: [{ network: 'front' }] }
    const ports = [{ containerPort: 80, hostPort: '18099', protocol: 'tcp' }]
    await started('server', ['nc', '-ll', '-p', '80', '-e', 'echo', 'hello'], { network, ports })
    const client = await started('client', ['sleep', '1000'], { network })
    const { pid } = (await engine.containers.inspect({ container: client })).state
    // Not with `sh`: the engine has to go on meanwhile.
    const works = async (): Promise<string> => {
      const resolved = await said(`nsenter -t ${pid} -n timeout 1 busybox nslookup -type=A server 127.0.0.11 2>&1 || true`)
      const answered = await said('timeout 1 busybox nc -w 1 127.0.0.1 18099 </dev/null 2>&1 || true')
      return `${/Address: 1/.test(resolved) ? 'resolved' : resolved} ${answered}`
    }
    await expect.poll(works, { timeout: 3000 }).toBe('resolved hello')
    const helper = Number(sh("pgrep -f '[t]scompose-netd' | head -1"))
    expect(helper).toBeGreaterThan(1)
    process.kill(helper, 'SIGKILL')
    await expect.poll(works, { timeout: 3000, interval: 20 }).toBe('resolved hello')
    expect(pidsOf('[t]scompose-netd')).not.toContain(String(helper))
  })
})

describe('a record with the number of another process', () => {
  let stranger: ChildProcess

  afterEach(() => void stranger.kill('SIGKILL'))

  it('never leads to a signal for that process', async () => {
    stranger = spawn('sleep', ['3333'], { stdio: 'ignore' })
    const id = await started('reused', ['sleep', '1000'])
    const { pid } = (await engine.containers.inspect({ container: id })).state
    const monitor = monitorOf(id)
    await engine.abandon()
    for (const each of [monitor, pid]) process.kill(each, 'SIGKILL')
    rmSync(`/run/tscompose/exits/${id}`, { force: true })
    const record = JSON.parse(readFileSync(recordPath(id), 'utf8')) as { state: { process: { pid: number }; monitor: { pid: number } } }
    record.state.process.pid = stranger.pid ?? 0
    record.state.monitor.pid = stranger.pid ?? 0
    writeFileSync(recordPath(id), JSON.stringify(record))
    engine = await openEngine()
    expect(await status(id)).toBe('exited')
    await expect(engine.containers.kill({ container: id, signal: 'SIGKILL' })).rejects.toMatchObject({ code: 'CONTAINER_NOT_RUNNING' })
    await engine.containers.remove({ container: id, force: true })
    expect(stranger.exitCode).toBe(null)
    expect(stranger.signalCode).toBe(null)
    expect(sh(`ps -o args= -p ${stranger.pid}`)).toBe('sleep 3333')
  })
})
