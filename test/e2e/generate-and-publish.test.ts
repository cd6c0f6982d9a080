import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})
beforeEach(() => {
  project = createProject('giver', 'services: {}')
})
afterEach(() => project.close())
afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

describe('generate', () => {
  const compose = `
services:
  web:
    image: ${busyboxImage}
    command: [sleep, "$$((1000))"]
    entrypoint: [/bin/sh, -c, 'exec "$$0" 1000']
    environment: { A: "1", EMPTY: "" }
    labels: { l: x }
    user: "1000:1000"
    working_dir: /tmp
    restart: on-failure:3
    stop_grace_period: 250ms
    stop_signal: SIGINT
    init: true
    read_only: true
    cap_add: [NET_ADMIN]
    mem_limit: 64m
    cpus: 0.5
    pids_limit: 50
    ulimits: { nofile: { soft: 100, hard: 200 } }
    sysctls: { net.ipv4.ip_unprivileged_port_start: "80" }
    dns: [9.9.9.9]
    extra_hosts: ["a=1.2.3.4"]
    tmpfs: [/scratch]
    volumes: [data:/data:ro, ./files:/files]
    ports: ["127.0.0.1:18077:80/tcp"]
    networks: { front: { aliases: [other] } }
    healthcheck: { test: [CMD, "true"], interval: 5s, retries: 2 }
  side: { image: ${busyboxImage}, command: [sleep, "1000"], network_mode: "service:web", stop_grace_period: 0s }
networks: { front: }
volumes: { data: }
`

  it('writes a file that asks for the same containers: in its place, up finds nothing to change', async () => {
    project.write('compose.yaml', compose)
    await project.ok(['up', '-d'])
    const text = await project.ok(['alpha', 'generate', '--name', 'giver', 'giver-web-1', 'giver-side-1'])
    for (const line of ['    network_mode: service:web', '    mem_limit: "67108864"', '    external: true', '          - other']) {
      expect(text.split('\n')).toContain(line)
    }
    // Names that compose gives to networks and volumes are written out, so that they are the same ones.
    project.write('again.yaml', text)
    const plan = await project.run(['-f', 'again.yaml', 'plan', '--detailed-exitcode'])
    expect([plan.stdout, plan.exitCode]).toEqual([expect.stringContaining('container giver-web-1: running'), 0])
    const json = JSON.parse(await project.ok(['generate', '--format', 'json', 'giver-web-1'])) as { readonly name: string }
    expect(json).toMatchObject({ name: 'giver', services: { web: { image: busyboxImage, environment: { A: '1', EMPTY: '' } } } })
  })

  it('says which container there is not, and that it needs one', async () => {
    expect(await project.run(['alpha', 'generate'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('at least one container must be specified'),
    })
    expect(await project.run(['generate', 'nope'])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('nope') })
  })
})

describe('publish', () => {
  let directory: string
  let registry: LoopbackRegistry
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tscompose-publish-'))
    registry = await startRegistry(directory)
  })
  afterAll(async () => {
    await registry.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const files = (): void => {
    project.write(
      'compose.yaml',
      `
services:
  web: { image: ${busyboxImage}, env_file: [conf/web.env], environment: { A: $WHO } }
  more: { extends: { file: base.yaml, service: base } }
`,
    )
    project.write('compose.override.yaml', 'services: { web: { command: [sleep, "5"] } }')
    project.write('base.yaml', `services: { base: { image: ${busyboxImage}, labels: { from: base } } }`)
    project.write('conf/web.env', 'B=2\n')
  }

  it.each(['1.0', '1.1'])('puts a project into a registry (OCI %s) from where it is read again, variables open', async (version) => {
    files()
    const reference = `${registry.host}/apps/shop:v${version}`
    const { stderr, exitCode } = await project.run(['publish', '--with-env', '--oci-version', version, reference], {
      env: { WHO: 'publisher' },
    })
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`${reference}  published`)])
    const config = await createCli(directory).ok(['-p', 'giver', '-f', `oci://${reference}`, 'config'], { env: { WHO: 'reader' } })
    expect(config).toBe(await project.ok(['config'], { env: { WHO: 'reader' } }))
    expect(config).toContain('B: "2"')
    expect(config).toContain('from: base')
  })

  it('pins images on request', async () => {
    const image = `${registry.host}/lib/box:1`
    await project.ok(['image', 'tag', busyboxImage, image])
    await project.ok(['image', 'push', image])
    project.write('compose.yaml', `services: { web: { image: "${image}" } }`)
    await project.ok(['publish', '--resolve-image-digests', `${registry.host}/apps/pinned`])
    expect(await createCli(directory).ok(['-f', `oci://${registry.host}/apps/pinned`, 'config'])).toMatch(
      /image: .*lib\/box:1@sha256:[0-9a-f]{64}/,
    )
  })

  it('publishes nothing it was not told to: values, files of the host, what cannot be pulled', async () => {
    const reference = `${registry.host}/apps/secret`
    const refused = async (...args: readonly string[]): Promise<string> => {
      const { exitCode, stderr } = await project.run(['publish', ...args, reference])
      expect(exitCode).toBe(1)
      return stderr
    }
    files()
    expect(await refused()).toContain('would be published:\n- "web"')
    project.write('compose.override.yaml', '{ services: { web: { volumes: ["./x:/x"] } } }')
    expect(await refused('--with-env')).toContain('the project mounts files of this host')
    project.write('compose.override.yaml', 'services: { only: { build: . } }')
    expect(await refused('-y', '--with-env')).toContain('it only contains a build section for service(s):\n- "only"')
    expect(await refused('--app')).toContain('images are not put into the artifact')
    const fetched = await createCli(directory).run(['-f', `oci://${reference}`, 'config'])
    expect(fetched.exitCode).toBe(1)
  })
})

describe('what only docker compose has', () => {
  it('is refused in a sentence', async () => {
    for (const [args, words] of [
      [['bridge', 'convert'], 'no transformations to other models'],
      [['bridge', 'transformations', 'ls'], 'no transformations to other models'],
      [['build', '--print'], 'there is no bake file'],
      [['build', '--builder', 'remote'], 'there is no builder "remote"'],
    ] as const) {
      expect(await project.run(args)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(words) })
    }
    expect((await project.run(['build', '--sbom=false', '-m', '1g'])).exitCode).toBe(0)
  })
})
