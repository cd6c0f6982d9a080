import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProgressEvent } from '../../src/base/event.ts'
import { sh } from '../support/command.ts'
import {
  type Blob,
  createPusher,
  listTree,
  makeLayout,
  onDisk,
  openImages,
  type RegistryProxy,
  startProxy,
  type TestImages,
  tarOf,
  withMounted,
} from '../support/images.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const work = '/var/lib/tscompose/pull-test'
const dataRoot = `${work}/data`
const docker = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
}
const oci = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
}
const sha = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

let registry: LoopbackRegistry
let proxy: RegistryProxy
let images: TestImages
let pusher: ReturnType<typeof createPusher>
let layout: string

interface Layer {
  readonly tar: Buffer
  readonly pack?: (tar: Buffer) => Buffer
  readonly type?: string
}

async function push(tag: string, layers: readonly Layer[], config: Record<string, unknown> = {}): Promise<Blob> {
  const blobs: Blob[] = []
  for (const { tar, pack = (plain: Buffer) => plain, type = oci.layer } of layers) blobs.push(await pusher.blob(pack(tar), type))
  const file = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => sha(tar)) },
    ...config,
  }
  const configBlob = await pusher.blob(Buffer.from(JSON.stringify(file)), oci.config)
  return pusher.manifest('t/app', tag, { schemaVersion: 2, mediaType: oci.manifest, config: configBlob, layers: blobs })
}

beforeAll(async () => {
  requireSandbox()
  mkdirSync(work, { recursive: true })
  registry = await startRegistry(work)
  pusher = createPusher(`http://${registry.host}`)
  layout = makeLayout(work)
  sh(`skopeo copy -q --dest-tls-verify=false oci:${layout}:app docker://${registry.host}/t/app:umoci`)
})
afterAll(async () => {
  await registry.stop()
  rmSync(work, { recursive: true, force: true })
})
beforeEach(async () => {
  rmSync(dataRoot, { recursive: true, force: true })
  images = await openImages(dataRoot)
  proxy = await startProxy(registry.host)
})
afterEach(async () => {
  await images.close()
  await proxy.stop()
})

describe('pull', () => {
  it('gives the same file system as umoci unpack, and docker words on the way', async () => {
    const events: ProgressEvent[] = []
    const reference = `${registry.host}/t/app:umoci`
    const summary = await images.images.pull({ reference }, { sink: (event) => events.push(event) })
    sh(`umoci unpack --image ${layout}:app ${work}/bundle`)
    const ours = await withMounted(images, reference, (merged) => listTree(merged))
    expect(ours).toBe(listTree(`${work}/bundle/rootfs`))
    expect(ours).toContain('bin/busybox f 4755')
    expect(ours).not.toContain('etc/a ')
    expect(summary.tags).toEqual([reference])
    expect(summary.labels).toEqual({ key: 'value' })
    expect(summary.digests[0]).toMatch(new RegExp(`^${registry.host}/t/app@sha256:`))
    const verbs = new Set(events.map(({ verb }) => verb))
    for (const verb of ['Pulling', 'Pulling fs layer', 'Download complete', 'Pull complete', 'Pulled']) expect(verbs).toContain(verb)
    expect(events.find(({ verb }) => verb === 'Pull complete')).toMatchObject({
      target: { kind: 'layer' },
      parent: { kind: 'image', name: reference },
    })
  })

  it('marks whiteouts and opaque directories the way overlayfs wants them', async () => {
    await images.images.pull({ reference: `${registry.host}/t/app:umoci` })
    const marked = sh(`find ${dataRoot}/overlay2 -type c ! -name null -printf '%f '`)
    expect(marked).toContain('a gone ')
    // Without the mark the kernel would show the old name too.
    const opaque = sh(`find ${dataRoot}/overlay2 -path '*/diff/opq' -newermt 2000-01-01 | wc -l`).trim()
    expect(opaque).toBe('2')
    expect(await withMounted(images, `${registry.host}/t/app:umoci`, (merged) => readdirSync(`${merged}/opq`))).toEqual(['new'])
  })

  it('takes gzip, zstd and plain layers, also gzip of several members', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) =>
      tarOf(work, `kind-${name}`, `echo ${name} >${name}; head -c 600000 /dev/urandom >big-${name}`),
    ) as [Buffer, Buffer, Buffer, Buffer]
    const members = (tar: Buffer): Buffer => Buffer.concat([gzipSync(tar.subarray(0, 100_000)), gzipSync(tar.subarray(100_000))])
    await push('kinds', [
      { tar: a, pack: gzipSync, type: `${oci.layer}+gzip` },
      { tar: b, pack: zstdCompressSync, type: `${oci.layer}+zstd` },
      { tar: c },
      { tar: d, pack: members, type: `${oci.layer}+gzip` },
    ])
    const reference = `${registry.host}/t/app:kinds`
    await images.images.pull({ reference })
    const text = await withMounted(images, reference, (merged) => sh(`cd ${merged} && cat a b c d && sha256sum big-*`))
    expect(text).toBe(`a\nb\nc\nd\n${sh(`cd ${work} && for n in a b c d; do (cd kind-$n && sha256sum big-$n); done`)}`)
  })

  it('chooses the platform from an index and never an attestation', async () => {
    const tars = { amd64: tarOf(work, 'p-amd64', 'echo amd64 >arch'), arm64: tarOf(work, 'p-arm64', 'echo arm64 >arch') }
    const entries = await Promise.all(
      Object.entries(tars).map(async ([architecture, tar]) => ({
        ...(await push('', [{ tar }], { architecture })),
        platform: { os: 'linux', architecture },
      })),
    )
    const attestation = {
      ...(await push('', [], { architecture: 'unknown', os: 'unknown' })),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    }
    const index = await pusher.manifest('t/app', 'many', { schemaVersion: 2, mediaType: oci.index, manifests: [attestation, ...entries] })
    const reference = `${registry.host}/t/app:many`
    const summary = await images.images.pull({ reference })
    expect(summary.digests).toEqual([`${registry.host}/t/app@${index.digest}`])
    expect(await withMounted(images, reference, (merged) => readFileSync(`${merged}/arch`, 'utf8'))).toBe('amd64\n')
    expect((await images.images.pull({ reference, platform: 'linux/arm64/v8' })).platform).toBe('linux/arm64')
    await expect(images.images.pull({ reference, platform: 'linux/s390x' })).rejects.toMatchObject({
      code: 'NO_MATCHING_PLATFORM',
      hint: expect.stringContaining('linux/amd64, linux/arm64'),
    })
    // By digest, and by the name without a tag.
    const pinned = await images.images.pull({ reference: `${registry.host}/t/app@${index.digest}` })
    expect(pinned.platform).toBe('linux/amd64')
  })

  it('unpacks a shared layer once and downloads it once, however many ask', async () => {
    const [base, one, two] = ['base', 'one', 'two'].map((name) => tarOf(work, `s-${name}`, `head -c 2000000 /dev/urandom >${name}`)) as [
      Buffer,
      Buffer,
      Buffer,
    ]
    await push('one', [{ tar: base }, { tar: one }])
    await push('two', [{ tar: base }, { tar: two }])
    const pull = (tag: string): Promise<unknown> => images.images.pull({ reference: `${proxy.host}/t/app:${tag}` })
    await Promise.all([pull('one'), pull('two'), pull('one'), pull('two'), pull('one')])
    const gets = proxy.log.filter((line) => line.startsWith(`GET /v2/t/app/blobs/${sha(base)}`))
    expect(gets).toHaveLength(1)
    expect(proxy.log.filter((line) => line.includes('/manifests/one'))).toHaveLength(1)
    expect(readdirSync(`${dataRoot}/overlay2`).filter((name) => !name.startsWith('.'))).toHaveLength(3)
  })
})

describe('a pull that meets trouble', () => {
  it('goes on with Range where the connection broke', async () => {
    await push('cut', [{ tar: tarOf(work, 'cut', 'head -c 5000000 /dev/urandom >data') }])
    proxy.cuts = [1_000_000, 1_500_000]
    const reference = `${proxy.host}/t/app:cut`
    await images.images.pull({ reference })
    const ranges = proxy.log.filter((line) => line.includes('bytes=')).map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1]))
    expect(ranges).toHaveLength(2)
    expect(ranges[0]).toBeGreaterThan(500_000)
    expect(ranges[1]).toBeGreaterThan(ranges[0] ?? 0)
    expect(await withMounted(images, reference, (merged) => sh(`sha256sum <${merged}/data`))).toBe(sh(`sha256sum <${work}/cut/data`))
  })

  it('keeps the bytes of a canceled pull and asks only for the rest next time, in another engine too', async () => {
    await push('resume', [{ tar: tarOf(work, 'resume', 'head -c 5000000 /dev/urandom >data') }])
    const reference = `${proxy.host}/t/app:resume`
    proxy.handler = (incoming, outgoing) => {
      if (!(incoming.url?.includes('/blobs/') && incoming.method === 'GET') || incoming.headers.range !== undefined) return false
      const digest = /sha256:([0-9a-f]+)/.exec(incoming.url)?.[1] ?? ''
      const bytes = readFileSync(`${registry.storage}/docker/registry/v2/blobs/sha256/${digest.slice(0, 2)}/${digest}/data`)
      outgoing.writeHead(200, { 'Content-Length': bytes.length })
      if (bytes.length < 10_000) outgoing.end(bytes)
      else outgoing.write(bytes.subarray(0, 2_000_000))
      return true
    }
    const abort = new AbortController()
    const pull = images.images.pull({ reference }, { signal: abort.signal })
    const ended = expect(pull).rejects.toMatchObject({ kind: 'canceled' })
    const partial = (): string | undefined =>
      existsSync(`${dataRoot}/content/ingest`)
        ? readdirSync(`${dataRoot}/content/ingest`).find((name) => name.endsWith('.partial'))
        : undefined
    await expect
      .poll(() => (partial() === undefined ? 0 : statSync(`${dataRoot}/content/ingest/${partial()}`).size), { timeout: 10_000 })
      .toBe(2_000_000)
    abort.abort()
    await ended
    await expect.poll(() => onDisk(dataRoot)).toBe('')
    await images.close()
    images = await openImages(dataRoot)
    await images.collectGarbage()
    await images.images.pull({ reference })
    expect(proxy.log.at(-1)).toContain('bytes=2000000-')
    expect(await withMounted(images, reference, (merged) => sh(`sha256sum <${merged}/data`))).toBe(sh(`sha256sum <${work}/resume/data`))
  })

  it('reads on from the start where the server ignores Range', async () => {
    await push('norange', [{ tar: tarOf(work, 'norange', 'head -c 3000000 /dev/urandom >data') }])
    proxy.cuts = [1_000_000]
    proxy.handler = (incoming) => {
      delete incoming.headers.range
      return false
    }
    await images.images.pull({ reference: `${proxy.host}/t/app:norange` })
    expect((await images.images.list()).map(({ tags }) => tags[0])).toEqual([`${proxy.host}/t/app:norange`])
  })

  it('refuses flipped bytes, names the blob and leaves nothing', async () => {
    const tar = tarOf(work, 'flip', 'head -c 400000 /dev/urandom >data')
    await push('flip', [{ tar, pack: gzipSync, type: `${oci.layer}+gzip` }])
    const digest = sha(gzipSync(tar))
    const hex = digest.slice(7)
    const file = `${registry.storage}/docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`
    const bytes = readFileSync(file)
    bytes[200_000] = (bytes[200_000] ?? 0) ^ 0xff
    writeFileSync(file, bytes)
    await expect(images.images.pull({ reference: `${registry.host}/t/app:flip` })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining(digest),
    })
    expect(onDisk(dataRoot)).toBe('')
    expect(sh(`ls ${dataRoot}/content/ingest`)).toBe('')
    expect(await images.images.list()).toEqual([])
  })

  it('refuses a layer whose plain bytes are not those the config names', async () => {
    const [real, other] = [tarOf(work, 'real', 'echo real >f'), tarOf(work, 'other', 'echo other >f')]
    await push('wrongdiff', [{ tar: real }], { rootfs: { type: 'layers', diff_ids: [sha(other)] } })
    await expect(images.images.pull({ reference: `${registry.host}/t/app:wrongdiff` })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining(sha(other)),
    })
    expect(readdirSync(`${dataRoot}/overlay2`)).toEqual([])
  })

  it('says which registry is down, at once', async () => {
    const started = performance.now()
    await expect(images.images.pull({ reference: '127.0.0.1:9/a/b:1' })).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: 'cannot reach registry 127.0.0.1:9: connection refused',
    })
    expect(performance.now() - started).toBeLessThan(1500)
  })

  it('tells a missing tag from a missing login', async () => {
    await expect(images.images.pull({ reference: `${registry.host}/t/app:none` })).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      kind: 'not-found',
    })
    proxy.handler = (_incoming, outgoing) => {
      outgoing.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
      return true
    }
    await expect(images.images.pull({ reference: `${proxy.host}/t/app:umoci` })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  })

  it('gets a token, renews it when it expires under way, and never shows it to another host', async () => {
    await push('auth', [{ tar: tarOf(work, 'auth', 'head -c 900000 /dev/urandom >data') }])
    const elsewhere = await startProxy(registry.host)
    let tokens = 0
    const seen: (string | undefined)[] = []
    elsewhere.handler = (incoming) => {
      seen.push(incoming.headers.authorization)
      return false
    }
    proxy.handler = (incoming, outgoing) => {
      if (incoming.url?.startsWith('/token')) {
        tokens++
        outgoing.end(JSON.stringify({ token: `t${tokens}`, expires_in: 300 }))
        return true
      }
      const isBlob = incoming.url?.includes('/blobs/') === true
      // Blobs want a newer token than manifests.
      const valid = incoming.headers.authorization === `Bearer t${isBlob ? 2 : 1}`
      if (!valid)
        outgoing
          .writeHead(401, { 'WWW-Authenticate': `Bearer realm="http://${proxy.host}/token",service="s",scope="repository:t/app:pull"` })
          .end()
      else if (isBlob) outgoing.writeHead(307, { Location: `http://${elsewhere.host}${incoming.url}` }).end()
      else return false
      return true
    }
    await images.images.pull({ reference: `${proxy.host}/t/app:auth` })
    await elsewhere.stop()
    expect(tokens).toBe(2)
    expect(proxy.log.find((line) => line.includes('/token'))).toContain('scope=repository%3At%2Fapp%3Apull')
    expect(seen.length).toBeGreaterThanOrEqual(2)
    expect(seen.every((authorization) => authorization === undefined)).toBe(true)
  })

  it('tries again after 503 and 429', async () => {
    let refused = 0
    proxy.handler = (incoming, outgoing) => {
      if (refused >= 2 || !incoming.url?.includes('/blobs/')) return false
      refused++
      outgoing.writeHead(refused === 1 ? 503 : 429, { 'Retry-After': '0' }).end()
      return true
    }
    await images.images.pull({ reference: `${proxy.host}/t/app:umoci` })
    expect(refused).toBe(2)
  })

  it('gives the space back when the disk is full', async () => {
    const small = `${work}/small`
    await push('large', [
      {
        tar: tarOf(work, 'large', 'head -c 30000000 /dev/zero >zeros; head -c 1000000 /dev/urandom >r'),
        pack: gzipSync,
        type: `${oci.layer}+gzip`,
      },
    ])
    sh(`mkdir -p ${small} && mount -t tmpfs -o size=12m tmpfs ${small}`)
    const cramped = await openImages(small)
    try {
      const before = sh(`df --output=used ${small} | tail -1`)
      await expect(cramped.images.pull({ reference: `${registry.host}/t/app:large` })).rejects.toMatchObject({
        code: 'NO_SPACE',
        kind: 'unavailable',
      })
      expect(onDisk(small)).toBe('')
      expect(Number(sh(`df --output=used ${small} | tail -1`)) - Number(before)).toBeLessThan(100)
      await cramped.images.pull({ reference: `${registry.host}/t/app:one` }).catch(() => undefined)
    } finally {
      await cramped.close()
      sh(`umount ${small}`)
    }
  })

  it('refuses what is no image', async () => {
    const config = await pusher.blob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json')
    await pusher.manifest('t/app', 'artifact', { schemaVersion: 2, mediaType: oci.manifest, config, layers: [] })
    await expect(images.images.pull({ reference: `${registry.host}/t/app:artifact` })).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' })
    proxy.handler = (_incoming, outgoing) => {
      outgoing
        .writeHead(200, { 'Content-Type': docker.manifest })
        .end(JSON.stringify({ schemaVersion: 2, mediaType: docker.manifest, config, layers: [], manifests: [] }))
      return true
    }
    await expect(images.images.pull({ reference: `${proxy.host}/t/app:both` })).rejects.toMatchObject({ code: 'INVALID_MANIFEST' })
  })
})

describe('a layer whose tree stayed without its bytes', () => {
  it('is downloaded again with its image, and can be saved then', async () => {
    const reference = `${registry.host}/t/app:umoci`
    const { chainId } = await images.images.pull({ reference }).then(() => images.resolver.resolve(reference))
    // As a container holds it.
    await images.snapshots.prepare('holder', chainId)
    await images.images.remove({ image: reference })
    expect(images.snapshots.has(chainId)).toBe(true)
    await images.images.pull({ reference })
    await images.images.save({ references: [reference], path: `${work}/again.tar` })
    expect(sh(`tar tf ${work}/again.tar | grep -c blobs/sha256/.`)).toBe('5\n')
    await images.snapshots.remove('holder')
  })
})

describe('push', () => {
  it('sends what skopeo can read again, with the digest it came with', async () => {
    const source = `${registry.host}/t/app:umoci`
    const pulled = await images.images.pull({ reference: source })
    const target = `${registry.host}/pushed/copy:2`
    await images.images.tag({ image: source, reference: target })
    const { digest } = await images.images.push({ reference: target })
    expect(pulled.digests[0]).toContain(digest)
    expect(sh(`skopeo inspect --tls-verify=false --format '{{.Digest}}' docker://${target}`).trim()).toBe(digest)
  })
})
