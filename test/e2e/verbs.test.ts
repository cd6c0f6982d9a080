import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const forever = `["sh", "-c", "trap 'exit 0' TERM; echo hello; echo bad >&2; while true; do sleep 0.1; done"]`

const compose = (change = '0'): string => `
services:
  web:
    image: ${busyboxImage}
    command: ${forever}
    environment: { DEBUG: "${change}" }
    depends_on: [db]
    ports: ["18090:80"]
  db:
    image: ${busyboxImage}
    command: ${forever}
    volumes: [data:/data, /scratch]
  once:
    image: ${busyboxImage}
    command: ["sh", "-c", "sleep 0.3; echo done; exit 3"]
volumes:
  data:
`

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

beforeEach(() => {
  project = createProject('verbs', compose())
})

afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

const containerId = async (service: string): Promise<string> => (await project.ok(['ps', '-a', '-q', service])).trim()

describe('up and down', () => {
  it("brings everything up in docker compose's words and takes it down again", async () => {
    const { stderr, exitCode } = await project.run(['up', '-d'])
    expect(exitCode).toBe(0)
    for (const line of [
      ' Network verbs_default  Creating',
      ' Network verbs_default  Created',
      ' Volume verbs_data  Created',
      ' Container verbs-db-1  Created',
      ' Container verbs-web-1  Started',
    ]) {
      expect(stderr.split('\n')).toContain(line)
    }
    expect(sh('pgrep -fc "trap .exit 0. TERM"').trim()).not.toBe('0')
    const down = await project.run(['down', '-v', '-t', '0'])
    expect(down.stderr.split('\n')).toEqual(
      expect.arrayContaining([' Container verbs-web-1  Removed', ' Network verbs_default  Removed', ' Volume verbs_data  Removed']),
    )
    expect(await project.ok(['ps', '-a', '-q'])).toBe('')
    expect(await project.ok(['volumes', '-q'])).toBe('')
  })

  it('touches nothing the second time', async () => {
    await project.ok(['up', '-d', 'web'])
    const before = [await containerId('web'), await containerId('db')]
    const { stderr } = await project.run(['up', '-d', 'web'])
    expect(stderr.trim().split('\n').sort()).toEqual(['Container verbs-db-1  Running', ' Container verbs-web-1  Running'].sort())
    expect([await containerId('web'), await containerId('db')]).toEqual(before)
  })

  it('recreates what changed, says why, and keeps its anonymous volume', async () => {
    await project.ok(['up', '-d'])
    await project.ok(['exec', '-T', 'db', 'touch', '/scratch/kept'])
    project.write('compose.yaml', compose('1').replace('volumes: [data', 'environment: { A: b }\n    volumes: [data'))
    const plan = await project.run(['plan', '--detailed-exitcode'])
    expect(plan.exitCode).toBe(2)
    expect(plan.stdout).toContain('container.create verbs-web-1: environment.DEBUG "0" -> "1"')
    await project.ok(['up', '-d'])
    expect(await project.ok(['exec', '-T', 'web', 'sh', '-c', 'echo $DEBUG'])).toBe('1\n')
    expect(await project.ok(['exec', '-T', 'db', 'ls', '/scratch'])).toBe('kept\n')
    expect(await project.ok(['ps', '-q', 'web'])).toMatch(/^[0-9a-f]{64}\n$/)
  })

  it('changes nothing in a dry run', async () => {
    const { stdout } = await project.run(['--dry-run', 'up', '-d'])
    expect(stdout).toContain('container.create verbs-web-1')
    expect(await project.ok(['ps', '-a', '-q'])).toBe('')
    await project.ok(['up', '-d'])
    await project.run(['wait', 'once'])
    const before = await project.ok(['ps', '-q'])
    await project.ok(['--dry-run', 'down', '-t', '0'])
    expect(await project.ok(['ps', '-q'])).toBe(before)
  })

  it('scales up and down by number', async () => {
    await project.ok(['up', '-d', '--scale', 'db=3'])
    expect(await project.ok(['ps', '--format', '{{.Name}}', 'db'])).toBe('verbs-db-1\nverbs-db-2\nverbs-db-3\n')
    await project.ok(['scale', 'db=1'])
    expect(await project.ok(['ps', '--format', '{{.Name}}', 'db'])).toBe('verbs-db-1\n')
  })

  it('warns about orphans and removes them when asked to', async () => {
    await project.ok(['up', '-d'])
    project.write('compose.yaml', `services: { web: { image: ${busyboxImage}, command: ${forever} } }`)
    expect((await project.run(['up', '-d'])).stderr).toContain('Found orphan containers (verbs-db-1, verbs-once-1)')
    await project.ok(['up', '-d', '--remove-orphans', '-t', '0'])
    expect(await project.ok(['ps', '-a', '--services'])).toBe('web\n')
  })

  it('works from labels alone', async () => {
    await project.ok(['up', '-d'])
    await project.run(['wait', 'once'])
    const elsewhere = createCli('/')
    expect(await elsewhere.ok(['-p', 'verbs', 'ps', '--services'])).toBe('db\nweb\n')
    expect(await elsewhere.ok(['-p', 'verbs', 'logs', '--no-log-prefix', 'once'])).toBe('done\n')
    await elsewhere.ok(['-p', 'verbs', 'down', '-t', '0'])
    expect(await project.ok(['ps', '-a', '-q'])).toBe('')
  })
})

describe('foreground', () => {
  it('shows output, ends with --exit-code-from, and stops the rest', async () => {
    const { stdout, stderr, exitCode } = await project.run(['up', '--exit-code-from', 'once'])
    expect(exitCode).toBe(3)
    const lines = stdout.split('\n')
    expect(lines).toEqual(
      expect.arrayContaining(['Attaching to db-1, once-1, web-1', 'web-1   | hello', 'once-1  | done', 'once-1 exited with code 3']),
    )
    expect(stderr.split('\n')).toContain('web-1   | bad')
    expect(stderr).toContain('Aborting on container exit...')
    expect(await project.ok(['ps', '-q'])).toBe('')
  })

  it('ends by itself when everything has ended', async () => {
    const { stdout, exitCode } = await project.run(['up', 'once'])
    expect(exitCode).toBe(0)
    expect(stdout.split('\n')).toEqual(['Attaching to once-1', 'once-1  | done', 'once-1 exited with code 3', ''])
  })

  it('stops gracefully on Ctrl-C and says 130', () => {
    const script = `
      ${createCliPath()} up >out 2>err & pid=$!
      for i in $(seq 100); do grep -q hello out && break; sleep 0.1; done
      sleep 0.3; kill -INT $pid; code=0; wait $pid || code=$?; echo $code`
    expect(sh(script, { cwd: project.directory }).trim()).toBe('130')
    expect(sh('cat out', { cwd: project.directory })).toContain('Gracefully Stopping... press Ctrl+C again to force')
  })
})

function createCliPath(): string {
  return `${import.meta.dirname}/../../bin/tscompose`
}

describe('output shapes', () => {
  it('ps prints a table, json lines, names and ids', async () => {
    await project.ok(['up', '-d'])
    await project.run(['wait', 'once'])
    const table = (await project.ok(['ps'])).split('\n')
    expect(table[0]).toMatch(/^NAME {10}IMAGE +COMMAND +SERVICE {3}CREATED +STATUS +PORTS$/)
    expect(table[2]).toMatch(/^verbs-web-1 {3}\S+ +"sh -c 'trap 'exit 0…" +web +\S.* ago +Up \S.*0\.0\.0\.0:18090->80\/tcp/)
    const [row] = (await project.ok(['ps', '--format', 'json', 'web']))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(Object.keys(row)).toEqual(
      'Command CreatedAt ExitCode Health ID Image Labels LocalVolumes Mounts Name Names Networks Ports Project Publishers RunningFor Service Size State Status'.split(
        ' ',
      ),
    )
    expect(row).toMatchObject({ Name: 'verbs-web-1', Project: 'verbs', State: 'running', Networks: 'verbs_default' })
    expect(await project.ok(['ps', '-a', '--status', 'exited', '--format', '{{.Service}} {{.ExitCode}}'])).toBe('once 3\n')
  })

  it('ls and images print arrays as json', async () => {
    await project.ok(['up', '-d'])
    await project.run(['wait', 'once'])
    const [listed] = JSON.parse(await project.ok(['ls', '-a', '--format', 'json']))
    expect(listed).toEqual({ Name: 'verbs', Status: 'exited(1), running(2)', ConfigFiles: `${project.directory}/compose.yaml` })
    const images = JSON.parse(await project.ok(['images', '--format', 'json']))
    expect(images).toHaveLength(3)
    expect(images[0]).toMatchObject({ Repository: 'test/busybox', Tag: '1', Platform: 'linux/amd64' })
  })

  it('logs have aligned prefixes, timestamps and tails', async () => {
    await project.ok(['up', '-d'])
    await project.ok(['wait', 'once']).catch(() => undefined)
    const lines = (await project.ok(['logs'])).trimEnd().split('\n').sort()
    expect(lines).toEqual(['db-1    | bad', 'db-1    | hello', 'once-1  | done', 'web-1   | bad', 'web-1   | hello'])
    expect(await project.ok(['logs', '-t', '--tail', '1', 'once'])).toMatch(/^once-1 {2}\| \d{4}-\d\d-\d\dT[\d:.]+Z done\n$/)
  })

  it('port says where a port is published', async () => {
    await project.ok(['up', '-d'])
    expect(await project.ok(['port', 'web', '80'])).toBe('0.0.0.0:18090\n')
    const missing = await project.run(['port', 'web', '81'])
    expect([missing.exitCode, missing.stderr.split('\n')[0]]).toEqual([1, 'no port 81/tcp for container verbs-web-1'])
  })
})

describe('exec and run', () => {
  it('propagate exit codes, streams and standard input', async () => {
    await project.ok(['up', '-d', 'db'])
    const failed = await project.run(['exec', '-T', 'db', 'sh', '-c', 'echo out; echo err >&2; exit 7'])
    expect(failed).toMatchObject({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' })
    expect(await project.ok(['exec', '-T', 'db', 'cat'], { input: 'through\n' })).toBe('through\n')
    expect(await project.ok(['exec', '-T', '-e', 'A=b', '-w', '/tmp', '-u', 'nobody', 'db', 'sh', '-c', 'echo $A $PWD $(id -un)'])).toBe(
      'b /tmp nobody\n',
    )
    expect((await project.run(['exec', '-T', 'db', 'nosuch'])).exitCode).toBe(127)
    expect((await project.run(['exec', '-T', 'once', 'true'])).stderr).toContain('service "once" is not running')
  })

  it('run makes one container of its own, with dependencies up, and takes it away', async () => {
    const result = await project.run(['run', '--rm', '-T', '-e', 'A=b', 'web', 'sh', '-c', 'echo $A; exit 4'])
    expect(result).toMatchObject({ exitCode: 4, stdout: 'b\n' })
    expect(await project.ok(['ps', '-a', '--services'])).toBe('db\n')
    expect(await project.ok(['run', '--rm', '-T', '--no-deps', 'once', 'cat'], { input: 'piped' })).toBe('piped')
  })
})

describe('single steps', () => {
  it('stop, start, restart, pause, kill and rm do what they say', async () => {
    await project.ok(['up', '-d', 'web'])
    expect((await project.run(['pause', 'web'])).stderr.trim()).toBe('Container verbs-web-1  Paused')
    expect(await project.ok(['ps', '--format', '{{.State}}', 'web'])).toBe('paused\n')
    await project.ok(['unpause', 'web'])
    expect((await project.run(['stop', 'web'])).stderr.trim().split('\n')).toEqual([
      'Container verbs-web-1  Stopping',
      ' Container verbs-web-1  Stopped',
    ])
    expect(await project.ok(['ps', '-a', '--format', '{{.State}} {{.ExitCode}}', 'web'])).toBe('exited 0\n')
    await project.ok(['start', 'web'])
    const before = sh('pgrep -f "trap .exit 0. TERM"')
    await project.ok(['restart', 'web'])
    expect(sh('pgrep -f "trap .exit 0. TERM"')).not.toBe(before)
    await project.ok(['kill', 'web'])
    expect(await project.ok(['ps', '-a', '--format', '{{.State}} {{.ExitCode}}', 'web'])).toBe('exited 137\n')
    expect(await project.ok(['rm', '-f', 'web'])).toBe('Going to remove verbs-web-1\n')
    expect(await project.ok(['ps', '-a', '--services'])).toBe('db\n')
  })

  it('wait gives the exit code of what it waited for', async () => {
    project.write('compose.yaml', compose().replace('echo done; exit 3', 'sleep 1; exit 3'))
    await project.ok(['up', '-d', 'once'])
    const { exitCode, stdout } = await project.run(['wait', 'once'])
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(/^container "[0-9a-f]{64}" exited with status code 3\n$/)
  })
})

describe('what is wrong', () => {
  const cases: readonly (readonly [string, string, readonly string[], RegExp])[] = [
    ['an empty file', '', ['up', '-d'], /empty compose file/],
    ['broken YAML', 'services: [', ['up', '-d'], /compose\.yaml:\d+:\d+/],
    ['an unknown key', 'services: { web: { imagee: x } }', ['config'], /compose\.yaml:1:\d+[\s\S]*imagee/],
    ['an undefined network', 'services: { web: { image: x, networks: [nope] } }', ['up', '-d'], /nope/],
    ['a cycle', 'services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }', ['up', '-d'], /a -> b|b -> a/],
    ['an unknown service', compose(), ['up', '-d', 'nosuch'], /no such service: nosuch/],
    ['flags that contradict each other', compose(), ['up', '--build', '--no-build'], /--build and --no-build are incompatible/],
    ['a missing secret file', 'services: { web: { image: x, secrets: [k] } }\nsecrets: { k: { file: ./nope } }', ['up', '-d'], /nope/],
    [
      'an image that may not be pulled',
      'services: { web: { image: nowhere/x, pull_policy: never } }',
      ['up', '-d'],
      /no image nowhere\/x here/,
    ],
    ['a command that is not there', `services: { web: { image: ${busyboxImage}, command: [nosuch] } }`, ['up', '-d'], /nosuch/],
  ]

  it.each(cases)('%s is one clear error, exit code 1, and nothing is left half-made', async (_what, yaml, args, expected) => {
    project.write('compose.yaml', yaml)
    const { exitCode, stderr } = await project.run(args)
    expect(stderr).toMatch(expected)
    expect(exitCode).toBe(1)
    expect(stderr).not.toContain('    at ')
    expect(await createCli('/').ok(['-p', 'verbs', 'ps', '-q'])).toBe('')
  })

  it('a port that is taken is an error naming who has it', async () => {
    const script = `busybox nc -l -p 18090 & pid=$!; sleep 0.3; ${createCliPath()} up -d 2>&1; echo "code $?"; kill $pid`
    const output = sh(`set +e\n${script}`, { cwd: project.directory })
    expect(output).toMatch(/18090/)
    expect(output).toMatch(/busybox|nc/)
    expect(output).toContain('code 1')
  })
})
