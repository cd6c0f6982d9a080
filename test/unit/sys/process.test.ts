import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
