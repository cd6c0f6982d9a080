import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { keys, openTerminal } from '../support/terminal.ts'

const compose = `
services:
  app:
    image: build/app:1
    build: { context: ., ssh: [default] }
    command: sleep 1000
    stop_grace_period: 0s
`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('building', compose)
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const dockerfile = (...lines: readonly string[]): void => project.write('Dockerfile', `${[`FROM ${busyboxImage}`, ...lines].join('\n')}\n`)
const imageId = async (): Promise<string> => (await project.ok(['image', 'inspect', '-f', '{{.Id}}', 'build/app:1'])).trim()

/** What a build that did not end may have left: processes, mounts, roots of steps, working directories. */
const leftovers = (): string =>
  sh(`pgrep -f '^[s]leep 77' || true
    findmnt -rn -o TARGET | grep /rootfs/build- || true
    find /var/lib/tscompose/rootfs /var/lib/tscompose/build-cache/tmp /run/tscompose/steps -mindepth 1 -maxdepth 1 ! -name .empty 2>/dev/null || true
    find /var/lib/tscompose/overlay2 -maxdepth 1 -name '.*-*'`)

async function untilClean(): Promise<void> {
  for (let attempt = 0; leftovers() !== '' && attempt < 100; attempt++) await sleep(50)
  expect(leftovers()).toBe('')
}

describe('what a build shows', () => {
  it('is a numbered block for each step where nobody looks, and the findings of the checks', async () => {
    dockerfile('RUN echo to standard output; echo to standard error >&2', 'CMD sleep 1000')
    const first = await project.run(['build'])
    expect(first.stderr).toMatch(/#\d+ \[app 2\/2\] RUN echo to standard output.*\n/)
    expect(first.stderr).toMatch(/#\d+ \d+\.\d{3} to standard output\n/)
    expect(first.stderr).toMatch(/#\d+ \d+\.\d{3} to standard error\n/)
    expect(first.stderr).toMatch(/#\d+ DONE \d+\.\ds\n/)
    expect(first.stderr).toMatch(/Dockerfile:3 JSONArgsRecommended/)
    const second = await project.run(['build'])
    expect(second.stderr).toMatch(/RUN echo to standard output.*\n#\d+ CACHED\n/)
    expect((await project.run(['build', '-q'])).stderr).toBe('')
  })

  it("is what --progress or BUILDKIT_PROGRESS says, by BuildKit's names too", async () => {
    dockerfile('RUN true')
    const shown = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
      const { exitCode, stderr } = await project.run(args, { env })
      return exitCode === 0 ? stderr : `failed: ${stderr}`
    }
    expect(await shown(['build', '--progress', 'plain'])).toMatch(/^#\d+ /m)
    for (const name of ['quiet', 'none']) {
      expect(await shown(['build'], { BUILDKIT_PROGRESS: name })).toBe('')
      expect(await shown(['image', 'build', '--progress', name, '.'])).toBe('')
    }
    const json = (await shown(['build'], { BUILDKIT_PROGRESS: 'rawjson' })).trim().split('\n')
    expect(json.map((line) => typeof JSON.parse(line))).toContain('object')
    expect(await shown(['--progress', 'quiet', 'build'], { BUILDKIT_PROGRESS: 'plain' })).toBe('')
    expect(await shown(['build'], { BUILDKIT_PROGRESS: 'loud' })).toContain('failed: ')
    expect(await shown(['ps'], { BUILDKIT_PROGRESS: 'loud' })).toBe('')
  })

  it('says that attestations are not made, where they are asked for', async () => {
    dockerfile('RUN true')
    const { exitCode, stderr } = await project.run(['build', '--provenance', 'mode=max', '--sbom=true'])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    for (const name of ['provenance', 'sbom']) expect(stderr).toContain(`warning: --${name} has no effect`)
    expect((await project.run(['build', '--provenance=false', '--sbom', 'false'])).stderr).not.toContain('warning')
    expect((await project.run(['image', 'build', '--sbom=true', '.'])).stderr).toContain('warning: --sbom has no effect')
  })

  it('is a tree with the time of each step on a terminal', async () => {
    dockerfile('RUN echo shown; sleep 1', 'RUN true')
    const session = openTerminal(`${launcher} build`, project.directory)
    await session.until('shown')
    expect(await session.ended).toBe(0)
    const text = stripVTControlCharacters(session.text()).replaceAll('\r', '')
    expect(text).toMatch(/\[\+\] Building 0\/1/)
    expect(text).toMatch(/✔ +\[app 2\/3\] RUN echo shown; sleep 1 +DONE [1-9]\d*\.\ds +[1-9]\d*\.\ds/)
    expect(text).toMatch(/\[\+\] Building 1\/1/)
    expect(text).toMatch(/✔ build\/app:1 +Built/)
  })

  it('is, for a step that fails, its line, its exit code and the end of its output', async () => {
    dockerfile()
    await project.ok(['build'])
    const before = await imageId()
    dockerfile('ENV A=1', 'RUN echo reason; \\', '  exit 7')
    const { exitCode, stderr } = await project.run(['build'])
    expect(exitCode).not.toBe(0)
    expect(stderr).toMatch(/Dockerfile:3:1/)
    expect(stderr).toContain('    3 | RUN echo reason; \\')
    expect(stderr).toContain('exit code 7')
    expect(stderr).toContain('> reason')
    expect(await imageId()).toBe(before)
  })
})

describe('a build that is cut off', () => {
  const slow = ['RUN echo first >/first', 'RUN echo in the middle; sleep 77']

  it('by Ctrl-C leaves nothing, and what it had done is not done again', async () => {
    dockerfile(...slow)
    const session = openTerminal(`${launcher} build`, project.directory)
    await session.until('in the middle')
    session.press(keys.ctrlC)
    expect(await session.ended).toBe(130)
    await untilClean()
    dockerfile(...slow.slice(0, 1))
    expect((await project.run(['build'])).stderr).toMatch(/RUN echo first.*\n#\d+ CACHED\n/)
  })

  it('by kill -9 of the engine leaves nothing after the next start, and what it had done is not done again', async () => {
    dockerfile(`RUN echo ${Date.now()} >/first`, 'RUN echo in the middle; sleep 77')
    const session = openTerminal(`${launcher} build`, project.directory)
    await session.until('in the middle')
    const { pid } = JSON.parse(await project.ok(['engine', 'status', '--format', 'json'])) as { readonly pid: number }
    process.kill(pid, 'SIGKILL')
    expect(await session.ended).not.toBe(0)
    project.write('Dockerfile', sh('sed "s/; sleep 77//" Dockerfile', { cwd: project.directory }))
    const { exitCode, stderr } = await project.run(['build'])
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/RUN echo \d+ >.first\n#\d+ CACHED\n/)
    await untilClean()
  })
})

it('two builds of one project at once both succeed with the same image', async () => {
  dockerfile('RUN sleep 1; echo once >/once', 'RUN true')
  const both = await Promise.all([project.run(['build']), project.run(['build'])])
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  const id = await imageId()
  expect((await project.run(['build'])).exitCode).toBe(0)
  expect(await imageId()).toBe(id)
})

it('up --build hands the SSH agent of the caller on', async () => {
  dockerfile('RUN --mount=type=ssh,required test -S "$SSH_AUTH_SOCK"')
  const script = 'eval "$(ssh-agent -s)" >/dev/null; trap "kill $SSH_AGENT_PID" EXIT; "$@"'
  expect(sh(`sh -c '${script}' sh ${launcher} up -d --build 2>&1`, { cwd: project.directory })).toContain('Started')
  const without = await project.run(['build', '--no-cache'], { env: { SSH_AUTH_SOCK: '' } })
  expect(without.exitCode).not.toBe(0)
})

it('up builds for the platform that runs here, build for all', async () => {
  const host = sh('dpkg --print-architecture').trim()
  const platforms = ['linux/s390x', `linux/${host}`]
  project.write('compose.yaml', compose.replace('ssh: [default]', `platforms: [${platforms.join(', ')}]`))
  dockerfile('ENV A=1')
  await project.ok(['up', '-d', '--build'])
  expect((await project.ok(['image', 'inspect', '-f', '{{.Architecture}}', 'build/app:1'])).trim()).toBe(host)
  project.write('Dockerfile', 'FROM scratch\nCOPY compose.yaml /\n')
  const { exitCode, stderr } = await project.run(['build'])
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  for (const platform of platforms) expect(stderr).toContain(`[app ${platform} 2/2] COPY`)
})
