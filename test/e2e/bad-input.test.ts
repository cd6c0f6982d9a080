import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, runAsNobody } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { compareHostSnapshots, type HostSnapshot, takeHostSnapshot } from '../support/host-snapshot.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* Every kind of bad input: one clear sentence with its place, a hint, exit code 1, and a host as it was before. */

const forever = '["sh", "-c", "trap exit TERM; while true; do sleep 0.1; done"]'
const service = (rest: string): string => `services:\n  web:\n    image: ${busyboxImage}\n    command: ${forever}\n    ${rest}\n`
const places = { directories: ['/run/tscompose', '/var/lib/tscompose'] }

let directory: string
let registry: LoopbackRegistry
let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
  directory = mkdtempSync(join(tmpdir(), 'tscompose-bad-'))
  chmodSync(directory, 0o755)
  registry = await startRegistry(directory)
  project = createProject('bad', service('ports: ["18070:80"]'))
  chmodSync(join(project.directory, '..'), 0o755)
  // Once up and down, so that what the engine keeps for itself is there before we look.
  await project.ok(['up', '-d'])
  await project.ok(['down', '-t', '0'])
  await calm()
})

afterAll(async () => {
  await project.close()
  await createCli('/').run(['engine', 'stop'])
  await registry.stop()
  rmSync(directory, { recursive: true, force: true })
})

beforeEach(() => sh('rm -f *', { cwd: project.directory }))

/** Waits until nothing changes any more by itself. */
async function calm(): Promise<HostSnapshot> {
  for (let last = takeHostSnapshot(places); ; ) {
    await sleep(400)
    const now = takeHostSnapshot(places)
    if (compareHostSnapshots(last, now).length === 0) return now
    last = now
  }
}

/** The engine's own compiled code is no trace of a project. */
function changes(before: HostSnapshot): readonly string[] {
  return compareHostSnapshots(before, takeHostSnapshot(places)).filter((line) => !line.includes('/cache/compile/'))
}

async function difference(before: HostSnapshot): Promise<readonly string[]> {
  for (let attempt = 0; ; attempt++) {
    const found = changes(before)
    if (found.length === 0 || attempt >= 20) return found
    await sleep(300)
  }
}

function expectClear(stderr: string): void {
  expect(stderr).toContain('hint:')
  expect(stderr.match(/hint:/g)).toHaveLength(1)
  expect(stderr).not.toMatch(/^ {4}at /m)
  expect(stderr).not.toContain('bug in tscompose')
}

it('an --env-file that is not there is our complaint, not one of Node, which has an option of that name', async () => {
  project.write('compose.yaml', 'services: { a: { image: x } }\n')
  const { exitCode, stderr } = await project.run(['--env-file', 'nope.env', 'config'])
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^couldn't find env file: .*\/nope\.env\nhint: /)])
})

describe('a compose file that is wrong', () => {
  const cases: readonly (readonly [string, string | undefined, string])[] = [
    ['is not there', undefined, 'no configuration file provided: not found'],
    ['is empty', '', 'compose.yaml:1:1: error: empty compose file'],
    ['is not YAML', 'services:\n  a:\n    image: x\n   b: 3\n', 'compose.yaml:4:1: error: not valid YAML'],
    ['has an unknown key', 'services:\n  a:\n    imagee: x\n', 'compose.yaml:3:5: error: services.a: unknown key `imagee`'],
    [
      'names an undefined network',
      'services:\n  a:\n    image: x\n    networks: [foo]\n',
      'compose.yaml:4:16: error: service "a" refers to undefined network foo',
    ],
    [
      'names an undefined volume',
      'services:\n  a:\n    image: x\n    volumes: ["foo:/x"]\n',
      'compose.yaml:4:15: error: service "a" refers to undefined volume foo',
    ],
    [
      'names an undefined service',
      'services:\n  a:\n    image: x\n    depends_on: [foo]\n',
      'compose.yaml:4:18: error: service "a" depends on undefined service "foo"',
    ],
    [
      'has a dependency cycle',
      'services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, depends_on: [c] }\n  c: { image: x, depends_on: [a] }\n',
      'compose.yaml:2:31: error: dependency cycle detected: a -> b -> c -> a',
    ],
  ]
  it.each(cases)('%s: says where, and does nothing', async (_what, yaml, expected) => {
    const before = takeHostSnapshot(places)
    if (yaml !== undefined) project.write('compose.yaml', yaml)
    const { exitCode, stderr, stdout } = await project.run(['up', '-d'])
    expect(stderr).toContain(expected)
    expectClear(stderr)
    expect(stdout).toBe('')
    expect(exitCode).toBe(1)
    expect(await difference(before)).toEqual([])
  })

  it('that -f names and that is not there: says its full path', async () => {
    const { exitCode, stderr } = await project.run(['-f', 'nope.yaml', 'up', '-d'])
    expect(stderr).toContain(`${project.directory}/nope.yaml: no such file`)
    expect(exitCode).toBe(1)
  })

  it('is one JSON object with --progress json', async () => {
    project.write('compose.yaml', 'services: { a: { imagee: x } }')
    const { stderr } = await project.run(['--progress', 'json', 'up', '-d'])
    expect(JSON.parse(stderr)).toMatchObject({ error: true, message: expect.stringContaining('imagee'), hint: expect.any(String) })
  })
})

describe('an image that cannot be had', () => {
  const needs = (image: string): void =>
    project.write('compose.yaml', `services: { a: { image: ${image}, volumes: ["v:/v"] } }\nvolumes: { v: {} }\n`)

  async function expectUntouched(image: string, expected: RegExp): Promise<void> {
    const before = takeHostSnapshot(places)
    needs(image)
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(stderr).toMatch(expected)
    expectClear(stderr)
    expect(exitCode).toBe(1)
    expect(await difference(before)).toEqual([])
  }

  it('since the registry does not have it', () =>
    expectUntouched(`${registry.host}/nosuch:1`, /image \S+\/nosuch:1 is not at registry 127\.0\.0\.1:\d+/))

  it('since the registry is down', () => expectUntouched('127.0.0.1:9/x:1', /cannot reach registry 127\.0\.0\.1:9: connection refused/))

  it('since a layer is not what its digest says', async () => {
    const tar = join(directory, 'other')
    sh(`mkdir -p ${tar}; head -c 700000 /dev/urandom >${tar}/file; tar -C ${tar} -cf ${tar}.tar file`)
    sh(`skopeo copy -q --dest-tls-verify=false tarball:${tar}.tar docker://${registry.host}/spoilt:1`)
    const blobs = join(registry.storage, 'docker/registry/v2/blobs')
    sh(`printf spoilt | dd of="$(find ${blobs} -name data -size +500k)" bs=1 seek=5000 conv=notrunc 2>/dev/null`)
    await expectUntouched(`${registry.host}/spoilt:1`, /digest|does not match|sha256/i)
  })

  it('since the disk is full', async () => {
    const tar = join(directory, 'large')
    sh(`mkdir -p ${tar}; head -c 40000000 /dev/urandom >${tar}/file; tar -C ${tar} -cf ${tar}.tar file`)
    sh(`skopeo copy -q --dest-tls-verify=false tarball:${tar}.tar docker://${registry.host}/large:1`)
    sh('mount -o remount,size=24m /var/lib/tscompose')
    try {
      await expectUntouched(`${registry.host}/large:1`, /no space left on the disk that holds the images/)
    } finally {
      sh('mount -o remount,size=2g /var/lib/tscompose')
    }
    needs(`${registry.host}/large:1`)
    await project.ok(['pull'])
    await project.ok(['image', 'rm', `${registry.host}/large:1`])
  })

  it('since it may not be pulled', async () => {
    project.write('compose.yaml', 'services: { a: { image: nowhere/x, pull_policy: never } }')
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(stderr).toContain('service a: no image nowhere/x here, and the pull policy is never')
    expectClear(stderr)
    expect(exitCode).toBe(1)
  })
})

describe('a container that cannot start', () => {
  /** As with docker the container stays, created; everything of its attempted run is gone, and so is all of it with down. */
  async function expectOnlyCreated(before: HostSnapshot): Promise<void> {
    expect(await project.ok(['ps', '-a', '--format', '{{.Service}} {{.State}}'])).toBe('web created\n')
    const left = changes(before)
    expect(left.filter((line) => /processes: .*conmon|mounts:|cgroups:|netns:/.test(line))).toEqual([])
    await project.ok(['down', '-t', '0'])
    expect(await difference(before)).toEqual([])
  }

  it('since its command is not in the image', async () => {
    const before = await calm()
    project.write('compose.yaml', `services: { web: { image: ${busyboxImage}, command: [nosuch, -x] } }`)
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(stderr).toContain(`\ncommand "nosuch" is not in image ${busyboxImage}\n`)
    expectClear(stderr)
    expect(exitCode).toBe(1)
    await expectOnlyCreated(before)
  })

  it('since its user is not in the image', async () => {
    project.write('compose.yaml', service('user: nosuch'))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(stderr).toContain(`user "nosuch" is not in the image's /etc/passwd`)
    expectClear(stderr)
    expect(exitCode).toBe(1)
    await project.ok(['down', '-t', '0'])
  })

  it('since its replicas want the same port: one has it, and the others are told of another container', async () => {
    project.write('compose.yaml', service('ports: ["18070:80"]'))
    const { exitCode, stderr } = await project.run(['up', '-d', '--scale', 'web=2'])
    expect(stderr).toMatch(/the port is already in use by (?:container bad-web-\d|another container that starts just now)/)
    expectClear(stderr)
    expect(exitCode).toBe(1)
    await project.ok(['down', '-t', '0'])
  })

  it('since its port is taken, by a process that is named; and starts once the port is free', async () => {
    const listener = spawn('busybox', ['httpd', '-f', '-p', '18070'], { stdio: 'ignore' })
    await sleep(300)
    const before = await calm()
    project.write('compose.yaml', service('ports: ["18070:80"]'))
    const { exitCode, stderr } = await project.run(['up', '-d'])
    expect(stderr).toMatch(new RegExp(`the port is already in use by process ${listener.pid} \\(busybox httpd`))
    expectClear(stderr)
    expect(exitCode).toBe(1)
    await expectOnlyCreated(before)
    await project.run(['up', '-d'])
    listener.kill('SIGKILL')
    await sleep(100)
    await project.ok(['up', '-d'])
    expect(await project.ok(['ps', '--format', '{{.State}}'])).toBe('running\n')
    await project.ok(['down', '-t', '0'])
  })

  it('run --rm leaves no container of a command that is not there', async () => {
    project.write('compose.yaml', service(''))
    const { exitCode, stderr } = await project.run(['run', '--rm', 'web', 'nosuch'])
    expect(stderr).toContain('command "nosuch" is not in image')
    expect(exitCode).toBe(1)
    expect(await project.ok(['ps', '-aq'])).toBe('')
    await project.ok(['down', '-t', '0'])
  })

  it("exec says it with a shell's exit codes", async () => {
    project.write('compose.yaml', service(''))
    await project.ok(['up', '-d'])
    const missing = await project.run(['exec', 'web', 'nosuch'])
    expect([missing.exitCode, missing.stderr]).toEqual([127, expect.stringContaining('command "nosuch" is not in container bad-web-1')])
    const plain = await project.run(['exec', 'web', '/etc/passwd'])
    expect([plain.exitCode, plain.stderr]).toEqual([126, expect.stringContaining('cannot be executed')])
    await project.ok(['down', '-t', '0'])
  })
})

describe('a host that is not ready', () => {
  it('another user than root is told so, and may still check files', async () => {
    project.write('compose.yaml', service(''))
    chmodSync(project.directory, 0o755)
    for (const args of [['up', '-d'], ['ps'], ['engine', 'status']]) {
      const { exitCode, stderr } = await runAsNobody(args, project.directory)
      expect(stderr).toBe('the container engine belongs to root\nhint: run the command as root, for example with sudo\n')
      expect(exitCode).toBe(1)
    }
    expect(await runAsNobody(['config', '--services'], project.directory)).toEqual({ exitCode: 0, stdout: 'web\n', stderr: '' })
  })

  it('a missing runtime is named with the command that installs it, and the engine works once it is there', async () => {
    project.write('compose.yaml', service(''))
    await project.ok(['engine', 'stop'])
    const programs = sh('command -v crun; command -v runc || true').trim().split('\n')
    for (const program of programs) sh(`mount --bind /dev/null ${program}`)
    try {
      const { exitCode, stderr } = await project.run(['up', '-d'])
      expect(stderr).toBe('no OCI runtime (crun or runc) is installed\nhint: apt-get install crun\n')
      expect(exitCode).toBe(1)
      const doctor = await project.run(['doctor'])
      expect(doctor.stdout).toMatch(/^LACKING +crun[^\n]*\n[^\n]*apt-get install crun$/m)
      expect(doctor.exitCode).toBe(1)
    } finally {
      for (const program of programs) sh(`umount ${program}`)
    }
    expect(readdirSync('/var/lib/tscompose/containers')).toEqual([])
    // The engine that could not work ends by itself after a second.
    await sleep(1500)
    await project.ok(['up', '-d'])
    await project.ok(['down', '-t', '0'])
  })
})
