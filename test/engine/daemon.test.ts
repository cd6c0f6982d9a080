import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createCli, launcher, runAsNobody } from '../support/cli.ts'
import { runCommand, sh } from '../support/command.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const cli = createCli(tmpdir())
const socket = '/run/tscompose/engine.sock'

beforeAll(requireSandbox)

afterEach(async () => {
  await cli.run(['engine', 'stop'])
})

interface Status {
  readonly running: boolean
  readonly pid: number
  readonly dataRoot: string
  readonly socket: string
  readonly version: string
}

async function status(): Promise<Status> {
  const { stdout } = await cli.run(['engine', 'status', '--format', 'json'])
  return JSON.parse(stdout) as Status
}

function daemons(): readonly string[] {
  return sh("pgrep -f '/daemon(/main.ts|.js)$' || true")
    .split('\n')
    .filter((line) => line !== '')
}

describe('the daemon', () => {
  it('starts by itself, wherever HOME points, and says where it lives', async () => {
    await cli.ok(['image', 'ls'], { env: { HOME: '/nowhere', XDG_RUNTIME_DIR: '/nowhere' } })
    expect(await status()).toMatchObject({ running: true, socket, dataRoot: '/var/lib/tscompose', pid: Number(daemons()[0]) })
    expect(statSync(socket).mode & 0o777).toBe(0o600)
  })

  it('is one, however many commands start it at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => cli.ok(['image', 'ls'])))
    expect(daemons()).toHaveLength(1)
  })

  it('is not started by asking for its state, nor by stopping it', async () => {
    expect((await cli.run(['engine', 'status'])).exitCode).toBe(1)
    expect(await cli.ok(['engine', 'stop'])).toBe('engine does not run\n')
    expect(existsSync(socket)).toBe(false)
  })

  it('comes back after kill -9 with the next command', async () => {
    await cli.ok(['engine', 'start'])
    const { pid } = await status()
    process.kill(pid, 'SIGKILL')
    expect(await cli.ok(['engine', 'start'])).toContain('engine runs')
    expect((await status()).pid).not.toBe(pid)
  })

  it('ends on SIGTERM and takes its socket along', async () => {
    await cli.ok(['engine', 'start'])
    process.kill((await status()).pid, 'SIGTERM')
    for (let attempt = 0; existsSync(socket) && attempt < 100; attempt++) await sleep(20)
    expect(existsSync(socket)).toBe(false)
  })

  it('has nothing of the environment of whoever started it', async () => {
    await cli.ok(['engine', 'start'], { env: { SECRET_TOKEN: 'x', COMPOSE_FILE: 'y' } })
    const environment = readFileSync(`/proc/${(await status()).pid}/environ`, 'utf8')
    expect(environment).not.toContain('SECRET_TOKEN')
    expect(environment).not.toContain('COMPOSE_FILE')
  })

  it('says what is missing where there is no runtime, and works once it is there', async () => {
    const programs = sh('readlink -f "$(command -v crun)" "$(command -v runc)" 2>/dev/null || true').trim().split('\n')
    // Hidden from new processes by something that cannot be run.
    for (const program of programs) sh(`mount --bind /dev/null ${program}`)
    const failed = await cli.run(['image', 'ls'])
    for (const program of programs) sh(`umount ${program}`)
    expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('hint: apt-get install crun') })
    await sleep(1_500)
    expect((await cli.run(['image', 'ls'])).exitCode).toBe(0)
  })

  it('of another version gives way to the first command of this one', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tscompose-other-version-'))
    try {
      const root = resolve(dirname(launcher), '..')
      sh(`cp -r ${root}/bin ${root}/src ${other} && ln -s ${root}/node_modules ${other}`)
      sh(`sed 's/"version": "[^"]*"/"version": "0.0.0-other"/' ${root}/package.json >${other}/package.json`)
      await runCommand([join(other, 'bin/tscompose'), 'engine', 'start'], { cwd: other })
      const { pid, version } = await status()
      expect(version).toBe('0.0.0-other')
      await cli.ok(['image', 'ls'])
      expect((await status()).version).not.toBe('0.0.0-other')
      expect(daemons()).not.toContain(String(pid))
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
  })

  it('is only for root', async () => {
    await cli.ok(['engine', 'start'])
    expect((await runAsNobody(['image', 'ls'], tmpdir())).stderr).toContain('hint: run the command as root')
  })
})
