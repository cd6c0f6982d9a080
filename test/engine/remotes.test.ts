import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withRemotes } from '../../src/project/cache.ts'
import { loadProject } from '../../src/project/load.ts'
import type { LoadOptions } from '../../src/project/options.ts'
import { createFetcher } from '../../src/remotes/fetch.ts'
import { createDigestResolver } from '../../src/remotes/image-digest.ts'
import { sh } from '../support/command.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'

/* Compose files from a git daemon and a registry, both real ones on loopback. */

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tscompose-remotes-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(path: string, text: string): void {
  const file = join(directory, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
}

const env = { HOME: '/nonexistent', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }

function load(more: Partial<LoadOptions>): Promise<ReturnType<typeof loadProject>> {
  const cwd = join(directory, 'use')
  mkdirSync(cwd, { recursive: true })
  const fetch = createFetcher({ directory: join(directory, 'cache'), env, mounted: async () => undefined })
  return withRemotes({ env: {}, cwd, ...more }, fetch, loadProject)
}

describe('git', () => {
  let daemon: ChildProcess
  let base: string
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.org', '-c', 'commit.gpgsign=false', ...args], {
      cwd: join(directory, 'git/repo'),
      encoding: 'utf8',
    })

  beforeAll(async () => {
    write('git/repo/compose.yaml', 'services:\n  a: {image: one, volumes: ["./d:/d"], environment: ["V=$V"]}\n')
    write('git/repo/.env', 'V=of-the-repository\n')
    write('git/repo/sub/docker-compose.yml', 'services:\n  s: {image: two, volumes: ["./e:/e"]}\n')
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('commit', '-qm', 'one')
    git('tag', 'v1')
    write('git/repo/compose.yaml', 'services: {late: {image: three}}\n')
    execFileSync('ln', ['-s', '/etc', join(directory, 'git/repo/out')])
    git('add', '-A')
    git('commit', '-qm', 'two')
    const port = 20_000 + (process.pid % 10_000)
    base = `git://127.0.0.1:${port}/repo`
    daemon = spawn(
      'git',
      ['daemon', '--export-all', '--listen=127.0.0.1', `--port=${port}`, `--base-path=${directory}/git`, `${directory}/git`],
      {
        stdio: 'ignore',
        env: { ...process.env, ...env },
        detached: true,
      },
    )
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        execFileSync('git', ['ls-remote', base], { stdio: 'ignore', env: { ...process.env, ...env } })
        return
      } catch {
        await sleep(50)
      }
    }
    throw new Error('git daemon does not answer')
  })
  afterAll(() => {
    // git daemon is a child of git: the group goes together.
    if (daemon.pid !== undefined) process.kill(-daemon.pid, 'SIGKILL')
  })

  test('-f takes a branch, a tag, a commit and a directory, and keeps the name of the place it is used in', async () => {
    const head = await load({ files: [base] })
    expect(Object.keys(head.project.services)).toEqual(['late'])
    expect(head.project.name).toBe('use')
    expect(Object.keys((await load({ files: [`${base}#v1`] })).project.services)).toEqual(['a'])
    expect(Object.keys((await load({ files: [`${base}#${git('rev-parse', 'v1').trim()}`] })).project.services)).toEqual(['a'])
    const sub = await load({ files: [`${base}#main:sub`] })
    expect(sub.project.services['s']?.volumes?.[0]?.source).toMatch(/\/[0-9a-f]{40}\/sub\/e$/)
  })

  test('include reads the .env of the repository, extends takes a service of it', async () => {
    write('use/compose.yaml', `include: ["${base}#v1"]\nservices:\n  b: {extends: {file: "${base}#main:sub", service: s}}\n`)
    const { project } = await load({})
    expect(project.services['a']?.environment).toEqual({ V: 'of-the-repository' })
    expect(project.services['b']?.image).toBe('two')
  })

  test('a commit is fetched once, and nothing half-made stays', async () => {
    await load({ files: [`${base}#v1`] })
    const checkout = join(directory, 'cache/git', git('rev-parse', 'v1').trim())
    writeFileSync(join(checkout, 'marker'), '')
    await load({ files: [`${base}#v1`] })
    expect(existsSync(join(checkout, 'marker'))).toBe(true)
    expect(readdirSync(join(directory, 'cache/git')).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test.each([
    ['#nope', 'NO_SUCH_REF'],
    ['#main:none', 'COMPOSE_FILE_NOT_FOUND'],
    ['#main:../../..', 'BAD_REMOTE'],
    ['#main:out/passwd', 'BAD_REMOTE'],
    ['#--upload-pack=x', 'BAD_REMOTE'],
  ])('%s is refused as %s', async (fragment, code) => {
    await expect(load({ files: [`${base}${fragment}`] })).rejects.toMatchObject({ code })
  })
})

describe('registries', () => {
  let registry: LoopbackRegistry
  beforeAll(async () => {
    registry = await startRegistry(directory)
  })
  afterAll(() => registry.stop())

  const send = (method: string, path: string, body: string, type: string): Promise<{ status: number; location: string }> =>
    new Promise((resolve, reject) => {
      const call = request(`http://${registry.host}${path}`, {
        method,
        headers: { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) },
      })
      call.once('response', (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, location: String(response.headers.location ?? '') })
      })
      call.once('error', reject)
      call.end(body)
    })
  const digestOf = (body: string): string => `sha256:${createHash('sha256').update(body).digest('hex')}`
  const putBlob = async (repository: string, body: string): Promise<{ digest: string; size: number }> => {
    const { location } = await send('POST', `/v2/${repository}/blobs/uploads/`, '', 'application/octet-stream')
    const { pathname, search } = new URL(location, `http://${registry.host}`)
    const answer = await send('PUT', `${pathname}${search}&digest=${digestOf(body)}`, body, 'application/octet-stream')
    expect(answer.status).toBe(201)
    return { digest: digestOf(body), size: Buffer.byteLength(body) }
  }
  interface Layer {
    readonly type: string
    readonly body: string
    readonly annotations: Readonly<Record<string, string>>
  }
  const publish = async (name: string, artifactType: string, layers: readonly Layer[]): Promise<string> => {
    const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...(await putBlob(name, '{}')) }
    const described = []
    for (const { type, body, annotations } of layers) described.push({ mediaType: type, annotations, ...(await putBlob(name, body)) })
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType, artifactType, config, layers: described })
    expect((await send('PUT', `/v2/${name}/manifests/1`, manifest, mediaType)).status).toBe(201)
    return digestOf(manifest)
  }
  const project = 'application/vnd.docker.compose.project'
  const compose = (body: string, annotations: Readonly<Record<string, string>>): Layer => ({
    type: 'application/vnd.docker.compose.file+yaml',
    body,
    annotations,
  })

  test('the files of a published project are merged, with its env files and what it extends', async () => {
    await publish('t/proj', project, [
      compose('services: {b: {image: base, labels: {l: "1"}}}\n', {
        'com.docker.compose.extends': 'true',
        'com.docker.compose.file': 'base.yaml',
      }),
      compose('services: {a: {extends: {file: base.yaml, service: b}, env_file: [x.env]}}\n', {
        'com.docker.compose.file': 'compose.yaml',
      }),
      compose('services: {a: {command: run}}\n', { 'com.docker.compose.file': 'compose.override.yaml' }),
      { type: 'application/vnd.docker.compose.envfile', body: 'K=1\n', annotations: { 'com.docker.compose.envfile': 'x.env' } },
    ])
    const loaded = await load({ files: [`oci://${registry.host}/t/proj:1`] })
    expect(loaded.project.services['a']).toMatchObject({ image: 'base', labels: { l: '1' }, command: ['run'], environment: { K: '1' } })
  })

  test('an artifact cannot write outside its directory, and an image is no project', async () => {
    await publish('t/evil', project, [
      { type: 'application/vnd.docker.compose.envfile', body: 'K=1\n', annotations: { 'com.docker.compose.envfile': '../../evil.env' } },
    ])
    await expect(load({ files: [`oci://${registry.host}/t/evil:1`] })).rejects.toMatchObject({ code: 'BAD_REMOTE' })
    expect(existsSync(join(directory, 'cache/evil.env'))).toBe(false)
    await publish('t/image', 'application/vnd.example.other', [])
    await expect(load({ files: [`oci://${registry.host}/t/image:1`] })).rejects.toMatchObject({ code: 'BAD_REMOTE' })
    await expect(load({ files: [`oci://${registry.host}/t/none:1`] })).rejects.toMatchObject({ kind: 'not-found' })
    expect(readdirSync(join(directory, 'cache/oci')).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('a project behind a password is fetched with the login of its registry, and not without', async () => {
    await publish('t/private', project, [compose('services: {a: {image: secret}}\n', { 'com.docker.compose.file': 'compose.yaml' })])
    const hash = sh(`perl -e 'print crypt("secret", q{$2y$05$abcdefghijklmnopqrstuu})'`)
    write('htpasswd', `user:${hash}\n`)
    // The same files behind another door.
    const auth = { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } }
    const guarded = await startRegistry(directory, { auth })
    try {
      const reference = `oci://${guarded.host}/t/private:1`
      const fetchWith = (password: string): Promise<string> => {
        const login = Buffer.from(`user:${password}`).toString('base64')
        write('docker/config.json', JSON.stringify({ auths: { 'elsewhere.example': { auth: login }, [guarded.host]: { auth: login } } }))
        const fetch = createFetcher({
          directory: join(directory, 'private-cache'),
          env: { ...env, DOCKER_CONFIG: join(directory, 'docker') },
          mounted: async () => undefined,
        })
        return fetch(reference)
      }
      await expect(load({ files: [reference] })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
      await expect(fetchWith('wrong')).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
      expect(readFileSync(await fetchWith('secret'), 'utf8')).toContain('image: secret')
    } finally {
      await guarded.stop()
    }
  })

  test('images are pinned to the digest the registry has for the tag', async () => {
    const digest = await publish('t/pin', project, [])
    const pin = createDigestResolver({ env: {} })
    expect(await pin(`${registry.host}/t/pin:1`)).toBe(`${registry.host}/t/pin:1@${digest}`)
    await expect(pin(`${registry.host}/t/pin:2`)).rejects.toThrow('failed to resolve digest')
    expect(readFileSync(join(directory, `registry-${registry.host.split(':')[1]}.json`), 'utf8')).toContain('127.0.0.1')
  })
})
