import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'
import { exited, findExecutable, run, spawnDaemonized, spawnProcess } from '../../../src/sys/process.ts'

const directory = mkdtempSync(join(tmpdir(), 'process-'))
afterAll(() => rmSync(directory, { recursive: true }))
const codeOf = (code: string): unknown => expect.objectContaining({ code })

describe('run', () => {
  it('gives input, environment and directory, and returns what the command said', async () => {
    const lines: string[] = []
    const result = await run('sh', ['-c', 'cat; echo "$FOO in $PWD" >&2; exit 3'], {
      input: 'one\ntwo\n',
      env: { FOO: 'bar', PATH: '/bin' },
      cwd: '/',
      accept: [3],
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    })
    expect(result).toEqual({ exitCode: 3, stdout: 'one\ntwo\n', stderr: 'bar in /\n' })
    expect(lines.toSorted()).toEqual(['stderr bar in /', 'stdout one', 'stdout two'])
  })

  it("passes nothing of this process's environment on", async () => {
    process.env.TSCOMPOSE_TEST_LEAK = '1'
    const { stdout } = await run('env', [])
    delete process.env.TSCOMPOSE_TEST_LEAK
    expect(stdout).not.toContain('LEAK')
    expect(stdout).toContain('PATH=')
  })

  it('rejects with the last words of a failing command', async () => {
    await expect(run('sh', ['-c', 'echo first >&2; echo last >&2; exit 4'])).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'sh exited with 4: first; last',
    })
    await expect(run('sh', ['-c', 'kill -9 $$'])).rejects.toThrow('killed by SIGKILL')
  })

  it('tells a missing program, a slow one and a canceled one apart', async () => {
    await expect(run('nonesuch-program', [])).rejects.toEqual(codeOf('COMMAND_NOT_INSTALLED'))
    await expect(run('sleep', ['5'], { timeout: 50 })).rejects.toEqual(codeOf('COMMAND_TIMEOUT'))
    await expect(run('sleep', ['5'], { signal: AbortSignal.timeout(50) })).rejects.toEqual(codeOf('CANCELED'))
  })

  it('starts the process inside the bracket', async () => {
    const order: string[] = []
    await run('true', [], {
      within: (start) => {
        order.push('in')
        const result = start() as never
        order.push('out')
        return result
      },
    })
    expect(order).toEqual(['in', 'out'])
  })
})

describe('spawnProcess', () => {
  it('reports exit codes and signals as a shell does', async () => {
    const stdio = ['ignore', 'ignore', 'ignore'] as const
    expect(await exited(spawnProcess('sh', ['-c', 'exit 7'], { stdio }))).toEqual({ exitCode: 7, signal: null })
    expect(await exited(spawnProcess('sh', ['-c', 'kill -TERM $$'], { stdio }))).toEqual({ exitCode: 143, signal: 'SIGTERM' })
    await expect(exited(spawnProcess('nonesuch-program', [], { stdio }))).rejects.toEqual(codeOf('COMMAND_NOT_INSTALLED'))
  })

  it('gives each descriptor under its index, also where sources and targets cross, and no other', async () => {
    const files = ['a', 'b', 'c', 'd'].map((name) => openSync(join(directory, name), 'w+'))
    const [a = -1, b = -1, , other = -1] = files
    const low = Array.from({ length: Math.max(a, b) + 1 }, () => 'ignore' as const)
    // Index a gets b and index b gets a.
    const stdio = low.map((wanted, index) => (index === a ? b : index === b ? a : wanted))
    const script = `echo to-a >/proc/self/fd/${a}; (echo to-b; ls /proc/self/fd) >/proc/self/fd/${b}`
    await exited(spawnProcess('bash', ['-c', script], { stdio }))
    const [first, ...open] = readFileSync(join(directory, 'a'), 'utf8').trim().split('\n')
    expect(first).toBe('to-b')
    expect(open).toEqual(expect.arrayContaining(stdio.keys().map(String).toArray()))
    expect(open).not.toContain(String(other))
    expect(readFileSync(join(directory, 'b'), 'utf8')).toBe('to-a\n')
    for (const fd of files) closeSync(fd)
  })

  it('starts with default signals, an own session where wanted, the directory and environment given', async () => {
    const script = 'grep -E "^Sig(Blk|Ign)" /proc/self/status; cut -d" " -f1,6 /proc/$$/stat; pwd; echo --; env | grep -v ^_; cat'
    const options = { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/usr', detached: true, env: { PATH: '/usr/bin:/bin', A: 'b c' } } as const
    const child = spawnProcess('sh', ['-c', script], options)
    child.stdin?.end('input')
    const output = child.stdout === null ? '' : await text(child.stdout)
    const [head = '', tail = ''] = output.split('--\n')
    expect(head).toBe(`SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n${child.pid} ${child.pid}\n/usr\n`)
    expect(tail.split('\n').toSorted()).toEqual(['A=b c', 'PATH=/usr/bin:/bin', 'PWD=/usr', 'input'])
  })

  it('ends, closes and leaves neither zombie nor descriptor, with nothing else going on', async () => {
    await exited(spawnProcess('true', [], { stdio: ['ignore', 'pipe', 'pipe'] }))
    const before = readdirSync('/proc/self/fd').length
    const started = performance.now()
    for (let round = 0; round < 20; round++) {
      const child = spawnProcess('sh', ['-c', 'echo out; echo err >&2'], { stdio: ['pipe', 'pipe', 'pipe'] })
      const closed = new Promise<void>((resolve) => child.once('close', resolve))
      await exited(child)
      await closed
      expect(existsSync(`/proc/${child.pid}`)).toBe(false)
      expect(child.kill('SIGKILL')).toBe(false)
    }
    // An end that waits for the next event of the loop would take until the test's own timeout.
    expect(performance.now() - started).toBeLessThan(8_000)
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
  })

  it('sees the end of a child that is killed, and of one that closed its output long before', async () => {
    const child = spawnProcess('sleep', ['100'], { stdio: ['ignore', 'ignore', 'ignore'] })
    expect(child.exitCode).toBe(null)
    expect(child.kill('SIGKILL')).toBe(true)
    expect(await exited(child)).toEqual({ exitCode: 137, signal: 'SIGKILL' })
    const quiet = spawnProcess('sh', ['-c', 'exec >&-; sleep 0.2; exit 3'], { stdio: ['ignore', 'pipe', 'ignore'] })
    expect(await exited(quiet)).toEqual({ exitCode: 3, signal: null })
  })

  it('answers a directory that is not there and a file that cannot be run with an error', async () => {
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    await expect(exited(spawnProcess('true', [], { stdio, cwd: '/nonesuch' }))).rejects.toThrow()
    await expect(exited(spawnProcess('/etc/passwd', [], { stdio }))).rejects.toThrow()
  })
})

describe('spawnDaemonized', () => {
  it('starts a process of its own session whose output goes to the file', async () => {
    const logFile = join(directory, 'log')
    const pid = spawnDaemonized('sh', ['-c', 'cut -d" " -f1,6 /proc/$$/stat'], { logFile })
    await expect.poll(() => readFileSync(logFile, 'utf8')).toBe(`${pid} ${pid}\n`)
  })

  it('throws where there is no such program', () => {
    expect(() => spawnDaemonized('nonesuch-program', [])).toThrow(codeOf('COMMAND_NOT_INSTALLED') as Error)
  })
})

describe('findExecutable', () => {
  it("looks on the system's path first, then on the given one", () => {
    expect(findExecutable('sh')).toMatch(/^\/(usr\/)?bin\/sh$/)
    expect(findExecutable('nonesuch-program')).toBeUndefined()
    expect(findExecutable('node', join(process.execPath, '..'))).toBeDefined()
    expect(findExecutable('/etc/passwd')).toBeUndefined()
  })
})
