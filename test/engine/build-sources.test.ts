import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BuildSpec, ImageSummary } from '../../src/engine/api.ts'
import type { LocalEngine } from '../../src/engine/local-engine.ts'
import { baseImage, type Fixture, port } from '../conformance/dockerfiles/fixture.ts'
import { type BuildEngine, openBuildEngine } from '../support/build-engine.ts'
import { sh } from '../support/command.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* Where builds get contexts, agents and caches from, and that the same input gives the same bytes. */

const dataRoot = '/var/lib/tscompose'
let opened: BuildEngine
let engine: LocalEngine
let fixture: Fixture
let root: string
/** The engine's, as it is when it is asked. */
const environment: Record<string, string> = {}

beforeAll(async () => {
  requireSandbox()
  opened = await openBuildEngine(environment)
  ;({ engine, fixture, root } = opened)
})

afterAll(async () => {
  await opened.close()
})

let cached: string[] = []

async function build(dockerfile: string | undefined, spec: Partial<BuildSpec> = {}): Promise<ImageSummary> {
  cached = []
  return engine.engine.images.build(
    {
      context: fixture.contexts.plain,
      tags: ['sources/out:1'],
      ...(dockerfile === undefined ? {} : { dockerfileInline: dockerfile }),
      ...spec,
    },
    {
      sink: ({ target, phase, verb }) =>
        void (target.kind === 'build' && phase === 'done' && !target.name.includes('FROM') && cached.push(verb)),
    },
  )
}

/** Content of a file of the image's last layers, read by tar from what `save` writes. */
async function fileOf(path: string): Promise<string> {
  const archive = join(root, 'out.tar')
  await engine.engine.images.save({ references: ['sources/out:1'], path: archive })
  const directory = mkdtempSync(join(root, 'out-'))
  sh(`tar -xf ${archive} -C ${directory} && rm ${archive}`)
  const [manifest] = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as { Layers: string[] }[]
  for (const layer of manifest?.Layers ?? []) sh(`tar -xf ${join(directory, layer)} -C ${directory} ${path} 2>/dev/null || true`)
  return readFileSync(join(directory, path), 'utf8')
}

it('a git repository is a context, with branch and directory', async () => {
  await build(`FROM ${baseImage}\nCOPY file /f\n`, { context: `http://127.0.0.1:${port}/repo.git#v1:sub` })
  expect(await fileOf('f')).toBe('below\n')
})

it('an archive is a context, at a web server and in a file; its Dockerfile cannot show a file of the host', async () => {
  await build(`FROM ${baseImage}\nCOPY packed /p\n`, { context: `http://127.0.0.1:${port}/archive.tar` })
  expect(await fileOf('p')).toBe('packed\n')
  const directory = join(root, 'evil')
  mkdirSync(directory)
  sh(`ln -s /etc/passwd ${directory}/Dockerfile && tar -C ${directory} -cf ${directory}.tar .`)
  await expect(build(undefined, { context: `${directory}.tar` })).rejects.toMatchObject({ code: 'DOCKERFILE_NOT_FOUND' })
})

it('downloads and repositories go through the proxies of the environment', async () => {
  const seen: string[] = []
  const proxy = createServer((request, response) => {
    seen.push(request.url ?? '')
    response.end('from the proxy\n')
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port: proxyPort } = proxy.address() as AddressInfo
  environment.http_proxy = `http://127.0.0.1:${proxyPort}`
  try {
    await build(`FROM ${baseImage}\nADD http://files.invalid/x.txt /x\n`)
    expect(await fileOf('x')).toBe('from the proxy\n')
    await expect(build(`FROM ${baseImage}\nADD http://code.invalid/x.git /y\n`)).rejects.toMatchObject({ code: 'GIT_FAILED' })
  } finally {
    environment.http_proxy = ''
    proxy.close()
  }
  expect(seen).toEqual(['http://files.invalid/x.txt', expect.stringContaining('http://code.invalid/x.git/info/refs')])
})

it('a named context may be a repository', async () => {
  await build(`FROM ${baseImage}\nCOPY --from=code readme /r\n`, { additionalContexts: { code: `http://127.0.0.1:${port}/repo.git` } })
  expect(await fileOf('r')).toBe('in git\n')
})

it('SOURCE_DATE_EPOCH gives the same image twice, with no time in it later than that', async () => {
  const text = `FROM ${baseImage}\nWORKDIR /w\nCOPY dir .\nRUN echo x >/x && mkdir /y\n`
  const options = { noCache: true, args: { SOURCE_DATE_EPOCH: '1600000000' } }
  const first = await build(text, options)
  await new Promise((resolve) => setTimeout(resolve, 1100))
  expect((await build(text, options)).id).toBe(first.id)
})

it('SOURCE_DATE_EPOCH gives the same layers and config from another checkout, made at other times and in another order', async () => {
  const text = `FROM ${baseImage}\nCOPY . /src\nADD --chown=1:2 dir /dir\nRUN ls /src >/list && ln -s list /link\n`
  const options = { noCache: true, args: { SOURCE_DATE_EPOCH: '1570000000' } }
  const other = join(root, 'elsewhere/checkout')
  sh(`mkdir -p ${other} && cd ${fixture.contexts.plain} && find . -mindepth 1 -type d | tac | xargs -I{} mkdir -p ${other}/{} &&
    find . ! -type d | sort -r | xargs -d '\\n' -I{} cp -d {} ${other}/{} && find . -exec chmod --reference={} ${other}/{} \\; 2>/dev/null || true`)
  expect(sh(`diff -r --no-dereference ${fixture.contexts.plain} ${other}`)).toBe('')
  const first = await build(text, options)
  const layers = (await engine.engine.images.inspect({ image: first.id })).configFile.rootfs
  const second = await build(text, { ...options, context: other })
  expect((await engine.engine.images.inspect({ image: second.id })).configFile.rootfs).toEqual(layers)
  expect(second.id).toBe(first.id)
})

it('an SSH agent of the caller is there in the step, and a key file gives one; nothing of it stays', async () => {
  const key = join(root, 'key')
  sh(`ssh-keygen -q -t ed25519 -N '' -f ${key}`)
  const text = `FROM ${baseImage}\nRUN --mount=type=ssh,required,mode=0600 test -S $SSH_AUTH_SOCK && stat -c %a $SSH_AUTH_SOCK >/o\nRUN test ! -e /run\n`
  await build(text, { ssh: [{ id: 'default', path: key }], noCache: true })
  expect(await fileOf('o')).toBe('600\n')
  expect(sh(`pgrep -f '[s]sh-agent -D -a ${dataRoot}' || true`)).toBe('')
})

it('layers of all stages come back from a cache in a directory, and go away with the build cache', async () => {
  const text = `FROM ${baseImage} AS one\nRUN echo 1 >/one\nFROM ${baseImage}\nCOPY --from=one /one /\nRUN echo 2 >/two\n`
  const directory = join(root, 'cache')
  const { id } = await build(text, { cacheTo: [`type=local,dest=${directory},mode=max`] })
  await engine.engine.images.remove({ image: id, force: true })
  expect((await engine.engine.images.pruneBuildCache({})).removed).toBeGreaterThan(2)
  await build(text)
  expect(cached).toEqual(['DONE', 'DONE', 'DONE'])
  await engine.engine.images.remove({ image: 'sources/out:1', force: true })
  await engine.engine.images.pruneBuildCache({})
  expect((await build(text, { cacheFrom: [`type=local,src=${directory}`] })).id).toBe(id)
  expect(cached).toEqual(['CACHED', 'CACHED', 'CACHED'])
  expect((await engine.engine.images.list()).flatMap(({ tags }) => tags).sort()).toEqual(['sources/out:1', baseImage])
})

it('a cache that is not there, or of a kind only BuildKit has, is a warning; one of an unknown kind an error', async () => {
  await build(`FROM ${baseImage}\n`, { cacheFrom: ['type=local,src=/nowhere'] })
  await build(`FROM ${baseImage}\n`, { cacheFrom: ['type=gha'], cacheTo: ['type=s3,region=x,bucket=y,mode=max'] })
  await expect(build(`FROM ${baseImage}\n`, { cacheTo: ['type=nosuch'] })).rejects.toMatchObject({ code: 'UNSUPPORTED_CACHE' })
})

it('private cache mounts of steps side by side are different directories', async () => {
  const mount = '--mount=type=cache,id=side,sharing=private,target=/c'
  const step = `RUN ${mount} test ! -e /c/busy && touch /c/busy && env sleep 1; rm /c/busy`
  const text = `FROM ${baseImage} AS a\n${step} && touch /a\nFROM ${baseImage} AS b\n${step} && touch /b\nFROM ${baseImage}\nCOPY --from=a /a /\nCOPY --from=b /b /\n`
  await build(text.replaceAll('env sleep', 'busybox sleep'))
  expect(sh(`ls ${dataRoot}/build-cache/mounts | wc -l`)).toBe('2\n')
})
