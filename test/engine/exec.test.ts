import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExecSpec } from '../../src/engine/api.ts'
import { clear, openEngine, printed, reset, sh, spec, type TestEngine } from '../support/container-engine.ts'

let engine: TestEngine
let id: string
const directory = mkdtempSync('/tmp/tscompose-exec-')

beforeAll(async () => {
  reset()
  engine = await openEngine()
  const made = await engine.containers.create({ spec: spec('box', ['sleep', '1000'], { env: { FROM: 'spec' }, user: 'www' }) })
  id = made.id
  await engine.containers.start({ container: id })
})
afterAll(async () => {
  await clear(engine)
  await engine.abandon()
  rmSync(directory, { recursive: true })
})

const openFiles = (): number => readdirSync('/proc/self/fd').length

/** Runs with files of this very process as the caller's own. */
async function exec(process_: ExecSpec, input = ''): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  const file = (name: string): string => `${directory}/${name}`
  sh(`printf '%s' '${input}' >${file('in')}; : >${file('out')}; : >${file('err')}`)
  const fds = [openSync(file('in'), 'r'), openSync(file('out'), 'w'), openSync(file('err'), 'w')]
  const [stdin = 0, stdout = 0, stderr = 0] = fds
  try {
    const { exitCode } = await engine.containers.exec({
      container: 'box',
      process: process_,
      stdio: { pid: process.pid, stdin, stdout, stderr },
    })
    return { exitCode, out: readFileSync(file('out'), 'utf8'), err: readFileSync(file('err'), 'utf8') }
  } finally {
    for (const fd of fds) closeSync(fd)
  }
}

describe('exec', () => {
  it('runs on the caller’s own files and gives the exact exit code', async () => {
    const before = openFiles()
    expect(await exec({ args: ['sh', '-c', 'cat; echo err >&2; exit 7'] }, 'input')).toEqual({ exitCode: 7, out: 'input', err: 'err\n' })
    expect(await exec({ args: ['sh', '-c', 'kill -TERM $$; sleep 5'] })).toMatchObject({ exitCode: 143 })
    expect(openFiles()).toBe(before)
  })

  it('takes environment, user and directory from the container and the call', async () => {
    expect((await exec({ args: ['sh', '-c', 'echo $FROM $MORE $HOME; id; pwd'], env: { MORE: 'call' } })).out).toBe(
      'spec call /srv\nuid=33(www) gid=33(www) groups=33(www),50(extra)\n/\n',
    )
    expect((await exec({ args: ['sh', '-c', 'id -u; id -g; pwd'], user: '12:34', workingDir: '/tmp' })).out).toBe('12\n34\n/tmp\n')
    await expect(exec({ args: ['id'], user: 'nobody-here' })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
  })

  it('is in the container’s namespaces and groups, with its rights', async () => {
    const { state, cgroupPath } = await engine.containers.inspect({ container: id })
    const { out } = await exec({
      args: ['sh', '-c', 'ls -l /proc/self/ns; grep -E "CapEff|CapBnd|Seccomp:" /proc/self/status; cat /proc/self/cgroup'],
      user: 'root',
    })
    for (const kind of ['pid', 'net', 'mnt', 'uts', 'ipc']) expect(out).toContain(sh(`readlink /proc/${state.pid}/ns/${kind}`))
    expect(out).toContain('CapEff:\t00000000a80425fb')
    expect(out).toContain('Seccomp:\t2')
    // Below the group the test runner gave this file.
    expect(out).toMatch(new RegExp(`memory:(/[^/\\n]+)?${cgroupPath}`))
    expect((await exec({ args: ['grep', 'CapEff', '/proc/self/status'], user: 'root', privileged: true })).out).not.toContain('a80425fb')
  })

  it('says which command is missing, before anything runs', async () => {
    await expect(exec({ args: ['nosuch'] })).rejects.toMatchObject({
      code: 'COMMAND_NOT_FOUND',
      message: expect.stringContaining('nosuch'),
    })
    await expect(exec({ args: ['/etc/plain'] })).rejects.toMatchObject({ code: 'COMMAND_NOT_EXECUTABLE' })
  })

  it('gives a terminal of its own, with the caller’s size, and follows its changes', async () => {
    // script(1) is the terminal emulator here: the exec gets the pty it made.
    const log = `${directory}/tty`
    const child = spawn('script', ['-qfc', `stty rows 33 cols 111; echo $$ >${directory}/pid; sleep 20`, log], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const pid = await until(() => Number(readFileSync(`${directory}/pid`, 'utf8').trim()))
    const running = engine.containers.exec({
      container: id,
      process: { args: ['sh', '-c', 'stty size; trap "stty size; exit 4" WINCH; while :; do sleep 0.05; done'], tty: true, session: 's1' },
      stdio: { pid, stdin: 0, stdout: 1, stderr: 2 },
    })
    await until(() => /33 111/.test(readFileSync(log, 'utf8')) || undefined)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await engine.containers.resize({ container: id, columns: 99, rows: 44, session: 's1' })
    expect((await running).exitCode).toBe(4)
    // The emulator writes its log when it comes to it.
    await until(() => readFileSync(log, 'utf8').includes('44 99') || undefined)
    child.kill('SIGKILL')
  })

  it('goes on by itself when detached, and ends when the caller cancels', async () => {
    expect(
      await engine.containers.exec({ container: id, process: { args: ['sh', '-c', 'sleep 0.2; touch /tmp/done'], detach: true } }),
    ).toEqual({ exitCode: 0 })
    await until(() => (sh(`ls /proc/${sh(`cat /run/tscompose/containers/${id}/pid`)}/root/tmp`).includes('done') ? true : undefined))
    const abort = new AbortController()
    const running = engine.containers.exec({ container: id, process: { args: ['sleep', '777'] } }, { signal: abort.signal })
    await until(() => (sh(`pgrep -f '^sleep 777' || true`) === '' ? undefined : true))
    abort.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    await until(() => (sh(`pgrep -f '^sleep 777' || true`) === '' ? true : undefined))
  })
})

describe('attach', () => {
  it('connects before the first instruction, both ways, and gives the exit code', async () => {
    const made = await engine.containers.create({
      spec: spec('talk', ['sh', '-c', 'echo begin; read x; echo "got $x"; echo e >&2; exit 9'], { openStdin: true }),
    })
    const file = (name: string): string => `${directory}/${name}`
    sh(`printf 'word\\n' >${file('ain')}; : >${file('aout')}; : >${file('aerr')}`)
    const fds = [openSync(file('ain'), 'r'), openSync(file('aout'), 'w'), openSync(file('aerr'), 'w')] as const
    const attached = engine.containers.attach({
      container: made.id,
      stdin: true,
      stdio: { pid: process.pid, stdin: fds[0], stdout: fds[1], stderr: fds[2] },
    })
    await engine.containers.start({ container: made.id })
    expect(await attached).toEqual({ exitCode: 9, detached: false })
    for (const fd of fds) closeSync(fd)
    expect(readFileSync(file('aout'), 'utf8')).toBe('begin\ngot word\n')
    expect(readFileSync(file('aerr'), 'utf8')).toBe('e\n')
  })

  it('never holds the container up when its reader stops', async () => {
    const made = await engine.containers.create({ spec: spec('loud', ['sh', '-c', 'yes "$(printf %0999d 0)" | head -n 20000; echo END']) })
    sh(`rm -f ${directory}/fifo; mkfifo ${directory}/fifo`)
    const fd = openSync(`${directory}/fifo`, 'r+')
    const abort = new AbortController()
    const attached = engine.containers.attach(
      { container: made.id, stdin: false, stdio: { pid: process.pid, stdout: fd } },
      { signal: abort.signal },
    )
    await engine.containers.start({ container: made.id })
    await engine.containers.await({ container: made.id, until: 'exited', timeoutMs: 30_000 })
    abort.abort()
    expect(await attached).toEqual({ exitCode: null, detached: true })
    closeSync(fd)
    await printed(engine, made.id, /END/)
  }, 40_000)
})

async function until<T>(look: () => T | undefined): Promise<NonNullable<T>> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      const value = look()
      if (value) return value as NonNullable<T>
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it never came')
}
