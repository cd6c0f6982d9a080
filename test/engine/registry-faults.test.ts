import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blobBody } from '../../src/engine/registry/blob-body.ts'
import { parseDigest } from '../../src/oci/digest.ts'
import { sh } from '../support/command.ts'
import {
  type Blob,
  createPusher,
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

/*
 * Faults 26 to 31 of a registry and the way to it, by number, where pull.test.ts and registry.test.ts do not show them:
 * many pulls at once, bytes that get lost at random places, servers that lie.
 */

const work = '/var/lib/tscompose/registry-faults'
const dataRoot = `${work}/data`
const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
}

let registry: LoopbackRegistry
let proxy: RegistryProxy
let images: TestImages
/** Three layers of random bytes; `beside` shares the first two. */
let layers: readonly { readonly blob: Blob; readonly path: string; readonly sum: string }[]

async function pushImage(tag: string, parts: typeof layers): Promise<Blob> {
  const pusher = createPusher(`http://${registry.host}`)
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: parts.map(({ blob }) => blob.digest) },
  }
  const configBlob = await pusher.blob(Buffer.from(JSON.stringify(config)), types.config)
  const document = { schemaVersion: 2, mediaType: types.manifest, config: configBlob, layers: parts.map(({ blob }) => blob) }
  return pusher.manifest('t/app', tag, document)
}

beforeAll(async () => {
  requireSandbox()
  mkdirSync(work, { recursive: true })
  registry = await startRegistry(work)
  const pusher = createPusher(`http://${registry.host}`)
  const made: { blob: Blob; path: string; sum: string }[] = []
  for (const name of ['a', 'b', 'c', 'd']) {
    const tar = tarOf(work, name, `head -c 3000000 /dev/urandom >${name}`)
    made.push({ blob: await pusher.blob(tar, types.layer), path: name, sum: sh(`sha256sum <${work}/${name}/${name}`) })
  }
  layers = made
  await pushImage('app', made.slice(0, 3))
  await pushImage('beside', [...made.slice(0, 2), ...made.slice(3)])
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

const gets = (digest: string): readonly string[] => proxy.log.filter((line) => line.startsWith('GET') && line.includes(`/blobs/${digest}`))

/** Every layer's file is the one that was pushed. */
async function expectWhole(reference: string): Promise<void> {
  await withMounted(images, reference, (merged) => {
    for (const { path, sum } of layers.slice(0, 3)) expect(sh(`sha256sum <${merged}/${path}`)).toBe(sum)
  })
}

describe('fault 26: ten pulls of one image and one of an image that shares two of its layers', () => {
  it('fetch each blob once and unpack it once, though some of them are canceled', async () => {
    const aborts = Array.from({ length: 10 }, () => new AbortController())
    const reference = `${proxy.host}/t/app:app`
    const pulls = aborts.map(({ signal }) => images.images.pull({ reference }, { signal }))
    const beside = images.images.pull({ reference: `${proxy.host}/t/app:beside` })
    const ended = Promise.allSettled(pulls)
    await expect.poll(() => layers.some(({ blob }) => gets(blob.digest).length > 0), { timeout: 20_000 }).toBe(true)
    for (const abort of aborts.slice(0, 9)) abort.abort()
    const outcomes = await ended
    await beside
    expect(outcomes.map(({ status }) => status)).toEqual([...Array<string>(9).fill('rejected'), 'fulfilled'])
    for (const { blob } of layers) expect(gets(blob.digest)).toHaveLength(1)
    expect(readdirSync(`${dataRoot}/overlay2`)).toHaveLength(4)
    await expectWhole(reference)
  })
})

describe('fault 27: connections that break', () => {
  it('at ten random bytes cost a request each, and no byte is asked for again', async () => {
    proxy.cuts = Array.from({ length: 10 }, () => 1 + Math.floor(Math.random() * 1_500_000))
    const reference = `${proxy.host}/t/app:app`
    await images.images.pull({ reference })
    await expectWhole(reference)
    const requests = layers.slice(0, 3).map(({ blob }) => gets(blob.digest))
    // A cut that lies behind the end of what was asked for breaks nothing.
    expect(requests.flat().length).toBeLessThanOrEqual(3 + 10 - proxy.cuts.length)
    for (const lines of requests) {
      const offsets = lines.map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0))
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
    }
    expect(proxy.log.filter((line) => line.includes('bytes=')).length).toBeGreaterThan(0)
  }, 60_000)

  it('or fall silent without a word are given up and taken up where they were', async () => {
    let silent = 1
    proxy.handler = (incoming, outgoing) => {
      if (silent === 0 || !incoming.url?.includes('/blobs/')) return false
      silent--
      outgoing.writeHead(200, { 'Content-Length': layers[0]?.blob.size }).write(Buffer.alloc(1))
      return true
    }
    const blob = layers[0]?.blob ?? expect.fail()
    const source = {
      url: `http://${proxy.host}/v2/t/app/blobs/${blob.digest}`,
      digest: parseDigest(blob.digest),
      size: blob.size,
      insecureTls: false,
    }
    let size = 0
    const body = blobBody(source, { offset: 0, reauthorize: () => Promise.resolve(undefined), stallMs: 300, firstDelayMs: 1 })
    for await (const chunk of body) size += chunk.length
    expect(size).toBe(blob.size)
    expect(gets(blob.digest)).toHaveLength(2)
    expect(gets(blob.digest)[1]).toContain('bytes=1-')
  })

  it('with 429 are made again when the server said, not before', async () => {
    const times: number[] = []
    const digest = layers[2]?.blob.digest ?? ''
    proxy.handler = (incoming, outgoing) => {
      if (!incoming.url?.includes(digest)) return false
      times.push(performance.now())
      if (times.length > 1) return false
      outgoing.writeHead(429, { 'Retry-After': '2' }).end()
      return true
    }
    await images.images.pull({ reference: `${proxy.host}/t/app:app` })
    expect(times).toHaveLength(2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1990)
  })
})

describe('fault 28: a server that answers a range it was not asked for', () => {
  it.each([
    ['a later one', (offset: number, total: number) => `bytes ${offset + 1000}-${total - 1}/${total}`],
    ['none that can be read', () => 'bytes nonsense'],
  ])('(%s) is read from the start instead', async (_what, contentRange) => {
    proxy.cuts = [1_000_000]
    proxy.handler = (incoming, outgoing) => {
      const offset = /bytes=(\d+)-/.exec(incoming.headers.range ?? '')?.[1]
      if (offset === undefined) return false
      const total = layers[0]?.blob.size ?? 0
      outgoing.writeHead(206, { 'Content-Range': contentRange(Number(offset), total) }).end(Buffer.alloc(100_000, 'lie'))
      return true
    }
    const reference = `${proxy.host}/t/app:app`
    await images.images.pull({ reference })
    await expectWhole(reference)
  })

  it('or ends a chunked body early is asked for the rest', async () => {
    let short = 1
    const digest = layers[1]?.blob.digest ?? ''
    proxy.handler = (incoming, outgoing) => {
      if (short === 0 || !incoming.url?.includes(digest)) return false
      short--
      // No Content-Length: the end of the chunks looks like a proper end.
      outgoing.writeHead(200)
      outgoing.end(readFileSync(`${work}/b.tar`).subarray(0, 5000))
      return true
    }
    const reference = `${proxy.host}/t/app:app`
    await images.images.pull({ reference })
    await expectWhole(reference)
    expect(gets(digest)).toHaveLength(2)
    expect(gets(digest)[1]).toMatch(/bytes=\d+-/)
  })
})

describe('fault 29: content that is not what its digest says', () => {
  it('is refused for a manifest that was asked for by digest, and nothing is kept', async () => {
    const { digest } = await pushImage('pinned', layers.slice(0, 1))
    const other = await (await fetch(`http://${registry.host}/v2/t/app/manifests/app`, { headers: { Accept: types.manifest } })).text()
    proxy.handler = (incoming, outgoing) => {
      if (!incoming.url?.includes('/manifests/')) return false
      // With the header that says it is the right one.
      outgoing.writeHead(200, { 'Content-Type': types.manifest, 'Docker-Content-Digest': digest }).end(other)
      return true
    }
    await expect(images.images.pull({ reference: `${proxy.host}/t/app@${digest}` })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining(digest),
    })
    expect(onDisk(dataRoot)).toBe('')
  })

  it('is never taken from a header: the name of the digest is that of the bytes', async () => {
    const lie = `sha256:${'0'.repeat(64)}`
    proxy.handler = (incoming, outgoing) => {
      outgoing.setHeader('Docker-Content-Digest', lie)
      const setHead = outgoing.writeHead.bind(outgoing)
      outgoing.writeHead = ((status: number, headers: Record<string, string>) =>
        setHead(status, { ...headers, 'docker-content-digest': lie })) as typeof outgoing.writeHead
      return incoming.url === '/nowhere'
    }
    const summary = await images.images.pull({ reference: `${proxy.host}/t/app:app` })
    expect(JSON.stringify(summary)).not.toContain(lie)
    const digest = (await images.images.list())[0]?.digests[0]
    expect(digest).toMatch(/@sha256:[0-9a-f]{64}$/)
    expect(digest).not.toContain(lie)
  })

  it('is asked for twice and no more, for a layer', async () => {
    const digest = layers[0]?.blob.digest ?? ''
    proxy.handler = (incoming, outgoing) => {
      if (!incoming.url?.includes(digest)) return false
      outgoing.writeHead(200).end(Buffer.alloc(layers[0]?.blob.size ?? 0, 'forged'))
      return true
    }
    await expect(images.images.pull({ reference: `${proxy.host}/t/app:app` })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining(digest),
    })
    expect(gets(digest)).toHaveLength(2)
    expect(await images.images.list()).toEqual([])
    await expect.poll(() => readdirSync(`${dataRoot}/overlay2`)).toEqual([])
  })
})

describe('fault 30: a token service whose clock is off', () => {
  it.each([-1, 1])('by %i day has no say in how long a token lasts', async (days) => {
    let tokens = 0
    proxy.handler = (incoming, outgoing) => {
      if (incoming.url?.startsWith('/token') === true) {
        tokens++
        const issued = new Date(Date.now() + days * 86_400_000).toISOString()
        outgoing.end(JSON.stringify({ token: 'good', expires_in: 300, issued_at: issued }))
        return true
      }
      if (incoming.headers.authorization === 'Bearer good') return false
      const realm = `http://${proxy.host}/token`
      outgoing.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${realm}",service="s",scope="repository:t/app:pull"` }).end()
      return true
    }
    await images.images.pull({ reference: `${proxy.host}/t/app:app` })
    expect(tokens).toBe(1)
  })
})
