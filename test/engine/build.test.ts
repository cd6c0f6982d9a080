import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { TscomposeError } from '../../src/base/errors.ts'
import type { ProgressEvent } from '../../src/base/event.ts'
import type { BuildSpec } from '../../src/engine/api.ts'
import { type Builder, createBuilder } from '../../src/engine/build/builder.ts'
import { parseLayerRecord } from '../../src/engine/build/cache.ts'
import { createRecordStore } from '../../src/engine/state/records.ts'
import type { ImageConfigFile } from '../../src/oci/image-config.ts'
import { openEngine, paths, sh, type TestEngine } from '../support/container-engine.ts'

let engine: TestEngine
let builder: Builder
let context: string
const built = new Map<string, ImageConfigFile>()
const bases = new Map<string, string>()

beforeAll(async () => {
  engine = await openEngine()
  const base = sh(`ls ${paths.dataRoot}/overlay2 | head -1`)
  const config: ImageConfigFile = {
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${base}`] },
  }
  bases.set('busybox', `sha256:${base}`)
  built.set('busybox', config)
  builder = createBuilder({
    paths,
    snapshots: engine.snapshots,
    runner: engine.stepRunner,
    collectGarbage: async () => undefined,
    proxies: async () => ({ http: '', https: '', none: '' }),
    records: createRecordStore({ directory: `${paths.dataRoot}/build-cache/layers`, parse: parseLayerRecord, warn: () => undefined }),
    // A table in place of the image store: what a build reads and gives is all there is to it.
    images: {
      resolve: async (reference) => {
        const found = built.get(reference)
        const chainId = bases.get(reference)
        if (found === undefined || chainId === undefined) throw new TscomposeError('not-found', 'IMAGE_NOT_FOUND', `no image ${reference}`)
        return { id: reference, config: found, chainId }
      },
      pull: async ({ reference }) => {
        throw new TscomposeError('not-found', 'IMAGE_NOT_FOUND', `no image ${reference} at any registry`)
      },
      ...{ push: unexpected, save: unexpected, load: unexpected, remove: unexpected },
      put: async ({ config: file, tags }) => {
        for (const tag of tags) built.set(tag, file)
        return { id: JSON.stringify(file), tags, digests: [], createdAt: 0, size: 0, labels: {}, platform: 'linux/amd64' }
      },
    },
  })
})

afterAll(async () => {
  await builder.close()
  await engine.abandon()
})

beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), 'tsc-build-'))
})

afterEach(() => rmSync(context, { recursive: true }))

async function unexpected(): Promise<never> {
  throw new Error('this build moves no cache')
}

interface Result {
  readonly id: string
  readonly config: ImageConfigFile
  readonly events: readonly ProgressEvent[]
  /** Verbs of the finished steps in order of their end. */
  readonly verbs: readonly string[]
  readonly output: readonly string[]
}

async function build(dockerfile: string, spec: Partial<BuildSpec> = {}): Promise<Result> {
  const events: ProgressEvent[] = []
  const image = await builder.build(
    { context, dockerfileInline: dockerfile, tags: ['test/app:1'], ...spec },
    { sink: (event) => void events.push(event) },
  )
  const steps = events.filter((event) => event.target.kind === 'build')
  return {
    id: image.id,
    config: built.get('test/app:1') as ImageConfigFile,
    events,
    verbs: steps.filter(({ phase, target }) => phase === 'done' && !target.name.includes('FROM')).map(({ verb }) => verb),
    output: steps.flatMap(({ phase, text }) => (phase === 'progress' && text !== undefined ? [text] : [])),
  }
}

async function faultOf(dockerfile: string, spec: Partial<BuildSpec> = {}): Promise<TscomposeError> {
  const error = await build(dockerfile, spec).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof TscomposeError) return error
  throw error ?? new Error('the build went through')
}

/** Files of the top layer of the image built last: type and mode, owner, path, link target. */
function topLayer(): readonly string[] {
  const [first = '', ...rest] = built.get('test/app:1')?.rootfs.diff_ids ?? []
  const chainId = rest.reduce((chain, diffId) => `sha256:${createHash('sha256').update(`${chain} ${diffId}`).digest('hex')}`, first)
  const diff = `${paths.dataRoot}/overlay2/${chainId.slice('sha256:'.length)}/diff`
  const list = sh(`cd ${diff} && find . -mindepth 1 -printf '%M %U:%G %P %l\\n' | sort -k3`)
  return list === '' ? [] : list.split('\n').map((line) => line.trim())
}

describe('COPY', () => {
  beforeEach(() => {
    mkdirSync(join(context, 'd/sub'), { recursive: true })
    writeFileSync(join(context, 'a.txt'), 'a\n')
    writeFileSync(join(context, 'd/b.txt'), 'b\n')
    writeFileSync(join(context, 'd/sub/c'), 'c\n')
    symlinkSync('a.txt', join(context, 'link'))
    chmodSync(join(context, 'd/sub'), 0o750)
    // Counts nowhere: the destination has a mode of its own.
    chmodSync(join(context, 'd'), 0o711)
  })

  test.each([
    ['a file to a new name', 'COPY a.txt /x', ['-rw-r--r-- 0:0 x']],
    ['a file into a new directory', 'COPY a.txt /x/', ['drwxr-xr-x 0:0 x', '-rw-r--r-- 0:0 x/a.txt']],
    [
      'what a directory holds',
      'COPY d /x',
      ['drwxr-xr-x 0:0 x', '-rw-r--r-- 0:0 x/b.txt', 'drwxr-x--- 0:0 x/sub', '-rw-r--r-- 0:0 x/sub/c'],
    ],
    ['what a link names', 'COPY link /x', ['-rw-r--r-- 0:0 x']],
    ['wildcards', 'COPY *.txt d/*.txt /x/', ['drwxr-xr-x 0:0 x', '-rw-r--r-- 0:0 x/a.txt', '-rw-r--r-- 0:0 x/b.txt']],
    ['owner by name and mode, directories too', 'COPY --chown=www --chmod=640 d/sub /x', ['drw-r----- 33:33 x', '-rw-r----- 33:33 x/c']],
    ['an inline file', 'COPY <<one /x\nhello\none', ['-rw-r--r-- 0:0 x']],
  ])('%s', async (_title, line, files) => {
    await build(`FROM scratch\n${line.includes('chown') ? 'COPY <<p /etc/passwd\nwww:x:33:33::/:/\np\n' : ''}${line}`)
    expect(topLayer()).toEqual(files)
  })

  test('a link in the destination leads to a place inside the image only', async () => {
    symlinkSync('/tmp/outside-of-image', join(context, 'd/evil'))
    await build('FROM scratch\nCOPY d /\nCOPY a.txt /evil/x')
    expect(topLayer()).toEqual(['drwxr-xr-x 0:0 tmp', 'drwxr-xr-x 0:0 tmp/outside-of-image', '-rw-r--r-- 0:0 tmp/outside-of-image/x'])
  })

  test('ADD unpacks an archive with the owners it has', async () => {
    sh(`cd ${context} && tar --owner=5 --group=6 -czf t.tgz d && echo plain | gzip >p.gz`)
    await build('FROM scratch\nADD t.tgz /x')
    expect(topLayer()).toContain('drwxr-x--- 5:6 x/d/sub')
    await build('FROM scratch\nADD p.gz /x/')
    expect(topLayer()).toEqual(['drwxr-xr-x 0:0 x', '-rw-r--r-- 0:0 x/p.gz'])
  })

  test('.dockerignore leaves files out, and says so when one is named', async () => {
    writeFileSync(join(context, '.dockerignore'), '*\n!d\nd/sub\n')
    await build('FROM scratch\nCOPY . /x')
    expect(topLayer()).toEqual(['drwxr-xr-x 0:0 x', 'drwx--x--x 0:0 x/d', '-rw-r--r-- 0:0 x/d/b.txt'])
    const fault = await faultOf('FROM scratch\nCOPY a.txt /x')
    expect(fault).toMatchObject({ code: 'COPY_SOURCE_NOT_FOUND', position: { file: 'dockerfile_inline', line: 2, column: 1 } })
    expect(fault.hint).toContain('.dockerignore')
  })

  test('files of another stage keep their owners', async () => {
    await build('FROM scratch AS a\nCOPY --chown=7:8 a.txt /x\nFROM scratch\nCOPY --from=a /x /y')
    expect(topLayer()).toEqual(['-rw-r--r-- 7:8 y'])
  })
})

describe('RUN', () => {
  test('leaves what the command did and nothing of what was mounted', async () => {
    const { config, output } = await build('FROM busybox\nARG V=7\nENV E=1\nRUN cat /etc/resolv.conf && env && echo $V >/v', {
      args: { V: '8' },
    })
    expect(topLayer()).toEqual(['-rw-r--r-- 0:0 v'])
    expect(output).toEqual(expect.arrayContaining(['E=1', 'V=8', 'HOME=/root']))
    expect(config.history?.at(-1)?.created_by).toBe('RUN |1 V=8 /bin/sh -c cat /etc/resolv.conf && env && echo $V >/v # buildkit')
    expect(config.config?.Env).not.toContain('V=8')
  })

  test('a step that changes nothing gives the empty layer', async () => {
    const { config } = await build('FROM busybox\nRUN true')
    expect(config.rootfs.diff_ids.at(-1)).toBe('sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef')
  })

  test('runs as USER in WORKDIR, which belongs to the user', async () => {
    const { output } = await build('FROM busybox\nUSER www\nWORKDIR /w/x\nRUN id -un && pwd && ls -ld /w/x')
    expect(output.slice(0, 2)).toEqual(['www', '/w/x'])
    expect(output[2]).toMatch(/www +www .* \/w\/x$/)
  })

  test('a heredoc is the script', async () => {
    const { output } = await build('FROM busybox\nRUN <<EOF\necho one\necho two\nEOF')
    expect(output).toEqual(['one', 'two'])
  })

  test('cache mounts stay, secrets do not', async () => {
    const step =
      'FROM busybox\nARG N\nRUN --mount=type=cache,target=/c --mount=type=secret,id=s cat /run/secrets/s; echo $N >>/c/log; cat /c/log'
    const secrets = [{ id: 's', value: 'geheim-7261\n' }]
    expect((await build(step, { args: { N: '1' }, secrets })).output).toEqual(['geheim-7261', '1'])
    expect((await build(step, { args: { N: '2' }, secrets })).output).toEqual(['geheim-7261', '1', '2'])
    expect(topLayer()).toEqual([])
    expect(sh(`grep -rl geheim-7261 ${paths.dataRoot} ${paths.runRoot} || true`)).toBe('')
  })

  test('a failure names the line, the exit code and the last output', async () => {
    const fault = await faultOf('FROM busybox\nUSER root\nRUN echo before && exit 3')
    expect(fault).toMatchObject({ code: 'BUILD_STEP_FAILED', position: { line: 3, column: 1 } })
    expect(fault.message).toContain('exit code 3')
    expect(fault.message).toContain('> before')
  })
})

describe('the network of steps', () => {
  const show = 'readlink /proc/self/ns/net'

  test('goes from one step to the next, except where a step has none', async () => {
    const { output } = await build(`FROM busybox\nRUN ${show}\nRUN --network=none ${show} && ! nslookup a 127.0.0.11\nRUN : 2; ${show}`)
    const [first, none, third] = output.filter((line) => line.startsWith('net:'))
    expect(third).toBe(first)
    expect(none).not.toBe(first)
  })

  test('is not shared by steps that run at the same time', async () => {
    const meet = (mine: string, other: string): string =>
      `RUN --mount=type=cache,id=meet,target=/m ${show} >/net; touch /m/${mine}; for i in $(seq 50); do [ -e /m/${other} ] && exit 0; sleep 0.1; done; exit 1`
    const text = `FROM busybox AS a\n${meet('a', 'b')}\nFROM busybox AS b\n${meet('b', 'a')}\nFROM busybox\nCOPY --from=a /net /a\nCOPY --from=b /net /b\nRUN cat /a /b`
    const { output } = await build(text)
    expect(output).toHaveLength(2)
    expect(output[0]).not.toBe(output[1])
  })
})

test('what reaches out of the sandbox has to be allowed', async () => {
  const caps = 'grep CapEff /proc/self/status; readlink /proc/self/ns/net'
  const host = sh('readlink /proc/self/ns/net')
  expect(await faultOf(`FROM busybox\nRUN --network=host true`)).toMatchObject({ code: 'ENTITLEMENT_MISSING', position: { line: 2 } })
  expect(await faultOf(`FROM busybox\nRUN --security=insecure true`)).toMatchObject({ code: 'ENTITLEMENT_MISSING' })
  const entitlements = ['network.host', 'security.insecure']
  expect((await build(`FROM busybox\nRUN --network=host ${caps}`, { entitlements })).output).toContain(host)
  const all = sh('grep CapBnd /proc/self/status').split(/\s+/)[1] ?? ''
  const { output } = await build(`FROM busybox\nRUN --security=insecure ${caps}`, { entitlements })
  expect(output[0]).toContain(all)
  expect(output[1]).not.toBe(host)
})

test('single stages are built without the cache', async () => {
  const text = 'FROM busybox AS one\nRUN echo 1 >/1\nFROM busybox AS two\nCOPY --from=one /1 /\nRUN echo 2 >/2'
  await build(text)
  expect((await build(text, { noCacheFilter: ['two'] })).verbs).toEqual(['CACHED', 'DONE', 'DONE'])
})

describe('the graph', () => {
  test('only what the target needs is built', async () => {
    const { events } = await build('FROM busybox AS unused\nRUN false\nFROM busybox AS a\nRUN touch /a\nFROM scratch\nCOPY --from=a /a /')
    expect(events.some(({ target }) => target.name.includes('unused'))).toBe(false)
  })

  test('stages that do not need each other run at the same time', async () => {
    const wait = (mine: string, other: string): string =>
      `RUN --mount=type=cache,target=/m touch /m/${mine}; for i in $(seq 50); do [ -e /m/${other} ] && exit 0; sleep 0.1; done; exit 1`
    const text = `FROM busybox AS a\n${wait('a', 'b')}\nFROM busybox AS b\n${wait('b', 'a')}\nFROM scratch\nCOPY --from=a /etc/passwd /a\nCOPY --from=b /etc/passwd /b`
    expect((await build(text)).verbs).toHaveLength(4)
  })

  test('a step that needs another stage begins when that stage is done', async () => {
    const { events } = await build(
      'FROM busybox AS a\nRUN echo >/a\nFROM busybox\nRUN --mount=type=bind,from=a,target=/a cat /a/a\nCOPY --from=a /a /',
    )
    const order = events
      .filter(({ target }) => /RUN|COPY/.test(target.name))
      .map(({ phase, target }) => `${/ (echo|cat) /.exec(target.name)?.[1] ?? '-'} ${phase}`)
    expect(order.indexOf('echo done')).toBeGreaterThan(-1)
    expect(order.indexOf('echo done')).toBeLessThan(order.indexOf('cat start'))
    expect(order.filter((line) => line.endsWith('done'))).toHaveLength(3)
  })

  test('triggers of the base run in the stage built on it', async () => {
    const { output, config } = await build('FROM busybox AS base\nONBUILD RUN echo triggered\nFROM base')
    expect(output).toEqual(['triggered'])
    expect(config.config?.OnBuild ?? []).toEqual([])
  })
})

describe('the cache', () => {
  const text = 'FROM busybox\nCOPY . /x\nRUN echo run >/y\nCMD ["z"]'

  test('a second build changes nothing and runs nothing', async () => {
    writeFileSync(join(context, 'f'), 'cache 1')
    const first = await build(text)
    sh(`touch -d '2001-01-01' ${context}/f`)
    const second = await build(text)
    expect(first.verbs).toEqual(['DONE', 'DONE'])
    expect(second.verbs).toEqual(['CACHED', 'CACHED'])
    expect(second.id).toBe(first.id)
  })

  test('a changed file rebuilds from there on, a changed config only the config', async () => {
    writeFileSync(join(context, 'f'), 'cache 2')
    await build(text)
    writeFileSync(join(context, 'f'), 'cache 3')
    expect((await build(text)).verbs).toEqual(['DONE', 'DONE'])
    expect((await build(text.replace('"z"', '"other"'))).verbs).toEqual(['CACHED', 'CACHED'])
    expect((await build(text, { noCache: true })).verbs).toEqual(['DONE', 'DONE'])
  })

  test('a changed stage that gives the same files costs no layer above', async () => {
    const staged = (command: string): string => `FROM busybox AS a\nRUN ${command}\nFROM scratch\nCOPY --from=a /same /same`
    await build(staged('echo same >/same'))
    expect((await build(staged('echo same >/same; echo more >/more'))).verbs).toEqual(['DONE', 'CACHED'])
  })

  test('two builds of the same thing at once make each layer once', async () => {
    const once = 'FROM busybox\nRUN --mount=type=cache,target=/n,id=once echo x >>/n/log; sleep 0.3; wc -l </n/log'
    const both = await Promise.all([build(once, { tags: ['test/app:1'] }), build(once, { tags: ['test/app:1'] })])
    expect(both.map(({ verbs }) => verbs[0]).sort()).toEqual(['CACHED', 'DONE'])
    expect(both.flatMap(({ output }) => output.map((line) => line.trim()))).toEqual(['1'])
  })
})

test('what the rules of # check find is told with a build that goes through', async () => {
  const warned = async (text: string): Promise<readonly (readonly [string, string])[]> =>
    (await build(text)).events.filter(({ phase }) => phase === 'warn').map(({ target, verb }) => [target.name, verb] as const)
  const text = 'FROM busybox as x\nENV KNOWN $PATH\nCMD echo'
  expect(await warned(text)).toEqual([
    ['dockerfile_inline:1 FromAsCasing', 'WARNING'],
    ['dockerfile_inline:2 LegacyKeyValueFormat', 'WARNING'],
    ['dockerfile_inline:3 JSONArgsRecommended', 'WARNING'],
  ])
  expect(await warned(`# check=skip=all\n${text}`)).toEqual([])
})

describe('what stays behind', () => {
  test('nothing of a build that was canceled in the middle', async () => {
    const controller = new AbortController()
    const spec = { context, dockerfileInline: 'FROM busybox\nRUN echo up; sleep 60', tags: ['test/app:1'] }
    const sink = (event: ProgressEvent): void => {
      if (event.text === 'up') controller.abort()
    }
    await expect(builder.build(spec, { signal: controller.signal, sink })).rejects.toSatisfy((error) => error instanceof Error)
    expect(sh(`pgrep -f '^sleep 60$' || true`)).toBe('')
  })

  test('no mount, no working directory, and a second later no network of a step', async () => {
    expect(sh(`findmnt -rn -o TARGET | grep ${paths.dataRoot}/rootfs || true`)).toBe('')
    expect(
      sh(`ls ${paths.dataRoot}/rootfs ${paths.dataRoot}/build-cache/tmp ${paths.runRoot}/steps`)
        .split('\n')
        .filter((line) => line.startsWith('build-')),
    ).toEqual([])
    await expect.poll(() => sh('ip -br link | grep -v LOOPBACK || true'), { timeout: 5000 }).toBe('')
  })
})

test.each([
  ['FROM nothing-here', 'IMAGE_NOT_FOUND', 1],
  ['FROM scratch\nCOPY --from=nothing-here /a /b', 'IMAGE_NOT_FOUND', 2],
  ['FROM scratch\nCOPY missing /b', 'COPY_SOURCE_NOT_FOUND', 2],
  ['FROM busybox\nCOPY --chown=nobody-here <<a /b\na\n', 'USER_NOT_FOUND', 2],
  ['FROM scratch\nCOPY --chmod=rw <<a /b\na\n', 'INVALID_MODE', 2],
  ['FROM busybox\nCOPY <<a /etc/passwd/x\na\n', 'COPY_NOT_A_DIRECTORY', 2],
  ['FROM scratch\nADD https://example.invalid/x /x', 'DOWNLOAD_FAILED', 2],
  ['FROM busybox\nRUN --mount=type=ssh,required true', 'SSH_NOT_FOUND', 2],
  ['FROM busybox\nRUN --mount=type=secret,id=x,required true', 'SECRET_NOT_FOUND', 2],
])('%j fails with its place', async (text, code, line) => {
  expect(await faultOf(text)).toMatchObject({ code, position: { line } })
})

test('a missing Dockerfile or context is told with what is there', async () => {
  writeFileSync(join(context, 'dockerfile'), 'FROM scratch')
  const missing = await builder.build({ context, tags: [] }).catch((error: unknown) => error)
  expect(missing).toMatchObject({ code: 'DOCKERFILE_NOT_FOUND', hint: 'there is dockerfile; set build.dockerfile: dockerfile' })
  const nowhere = await builder.build({ context: `${context}/no`, tags: [] }).catch((error: unknown) => error)
  expect(nowhere).toMatchObject({ code: 'BUILD_CONTEXT_NOT_FOUND' })
})
