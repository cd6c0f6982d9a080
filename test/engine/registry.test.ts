import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasCode } from '../../src/base/errors.ts'
import type { ProgressEvent } from '../../src/base/event.ts'
import { sh } from '../support/command.ts'
import { openImages, type RegistryProxy, startProxy, type TestImages, tarOf, withMounted } from '../support/images.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'
import { startTokenServer, type TokenServer } from '../support/token-server.ts'

const work = '/run/tscompose/registry'
const dataRoot = '/var/lib/tscompose/registry'
const login = { username: 'user', password: 'secret' }

let images: TestImages
const stops: (() => Promise<unknown>)[] = []

async function registryWith(settings: Parameters<typeof startRegistry>[1] = {}): Promise<LoopbackRegistry> {
  const registry = await startRegistry(work, settings)
  stops.push(registry.stop)
  return registry
}

async function proxyTo(host: string): Promise<RegistryProxy> {
  const proxy = await startProxy(host)
  stops.push(proxy.stop)
  return proxy
}

/** An image of one random layer under the name. */
async function importAs(reference: string, bytes = 300_000): Promise<void> {
  const name = reference.replaceAll(/[^a-z0-9]/g, '-')
  tarOf(work, name, `head -c ${bytes} /dev/urandom >data`)
  await images.images.import({ path: `${work}/${name}.tar`, reference, changes: ['CMD ["sh"]'] })
}

const sumOf = (reference: string): Promise<string> => withMounted(images, reference, (merged) => sh(`sha256sum <${merged}/data`))

/** Forgets everything but the name: the next pull is a first one. */
async function startOver(): Promise<void> {
  await images.close()
  rmSync(dataRoot, { recursive: true, force: true })
  images = await openImages(dataRoot)
}

beforeAll(() => {
  requireSandbox()
  mkdirSync(work, { recursive: true })
})
afterAll(() => rmSync(work, { recursive: true, force: true }))
beforeEach(async () => {
  rmSync(dataRoot, { recursive: true, force: true })
  images = await openImages(dataRoot)
})
afterEach(async () => {
  await images.close()
  for (const stop of stops.splice(0)) await stop()
})

describe('a registry with passwords', () => {
  it('gives and takes with the right one only', async () => {
    const hash = sh(`perl -e 'print crypt("secret", q{$2y$05$abcdefghijklmnopqrstuu})'`).trim()
    writeFileSync(`${work}/htpasswd`, `user:${hash}\n`)
    const { host } = await registryWith({ auth: { htpasswd: { realm: 'test', path: `${work}/htpasswd` } } })
    const reference = `${host}/team/app:1`
    await importAs(reference)
    const sum = await sumOf(reference)
    for (const credentials of [undefined, { ...login, password: 'wrong' }]) {
      const params = credentials === undefined ? { reference } : { reference, credentials }
      await expect(images.images.push(params)).rejects.toMatchObject({ code: 'UNAUTHORIZED', kind: 'denied' })
    }
    const { digest } = await images.images.push({ reference, credentials: login })
    expect(sh(`skopeo inspect --tls-verify=false --creds user:secret --format '{{.Digest}}' docker://${reference}`).trim()).toBe(digest)
    await startOver()
    await expect(images.images.pull({ reference })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await images.images.pull({ reference, credentials: login })
    expect(await sumOf(reference)).toBe(sum)
  })
})

describe('a registry with a token service', () => {
  let tokens: TokenServer
  let host: string
  beforeEach(async () => {
    tokens = await startTokenServer(work)
    stops.push(tokens.stop)
    host = (await registryWith({ auth: tokens.auth })).host
  })

  it.each([
    ['by POST', false],
    ['by GET, where the service is too old for POST', true],
  ])('gets its tokens %s', async (_how, isOld) => {
    tokens.isOld = isOld
    const reference = `${host}/private/app:1`
    await importAs(reference)
    await expect(images.images.push({ reference })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(images.images.push({ reference, credentials: { ...login, password: 'x' } })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    })
    await images.images.push({ reference, credentials: login })
    await startOver()
    await expect(images.images.pull({ reference })).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await images.images.pull({ reference, credentials: isOld ? login : { identityToken: 'identity' } })
    expect(tokens.log).toContain('POST repository:private/app:pull,push user')
    expect(tokens.log.includes('GET repository:private/app:pull user')).toBe(isOld)
  })

  it('lets everybody pull what is public, with one token for all layers', async () => {
    const reference = `${host}/public/app:1`
    await importAs(reference)
    await images.images.push({ reference, credentials: login })
    await startOver()
    tokens.log.length = 0
    await images.images.pull({ reference })
    expect(tokens.log).toEqual(['GET repository:public/app:pull '])
  })

  it('renews tokens that run out, in the middle of a push and of a pull', async () => {
    const proxy = await proxyTo(host)
    const reference = `${proxy.host}/private/app:1`
    await importAs(reference)
    let refused = 0
    proxy.keepAuthorization = true
    proxy.handler = (incoming, outgoing) => {
      const isBody = incoming.method === 'PATCH' || (incoming.method === 'GET' && incoming.url?.includes('/blobs/sha256') === true)
      if (!isBody || refused % 2 === 1) return false
      refused++
      outgoing
        .writeHead(401, { 'WWW-Authenticate': `Bearer realm="${(tokens.auth.token as { realm: string }).realm}",service="test"` })
        .end()
      return true
    }
    await images.images.push({ reference, credentials: login })
    expect(refused).toBe(1)
    refused = 0
    await startOver()
    await images.images.pull({ reference, credentials: login })
    expect(refused).toBe(1)
  })
})

describe('a push', () => {
  it('packs layers once, skips what is there and mounts what the registry has elsewhere', async () => {
    const { host } = await registryWith()
    await importAs(`${host}/a/app:1`)
    const push = async (reference: string): Promise<{ verbs: string[]; digest: string }> => {
      const events: ProgressEvent[] = []
      const { digest } = await images.images.push({ reference }, { sink: (event) => events.push(event) })
      return { digest, verbs: events.filter(({ target, phase }) => target.kind === 'layer' && phase === 'done').map(({ verb }) => verb) }
    }
    const first = await push(`${host}/a/app:1`)
    expect(first.verbs).toEqual(['Pushed', 'Pushed'])
    expect(await push(`${host}/a/app:1`)).toEqual({ verbs: ['Layer already exists', 'Layer already exists'], digest: first.digest })
    await images.images.tag({ image: `${host}/a/app:1`, reference: `${host}/b/other:2` })
    expect(await push(`${host}/b/other:2`)).toEqual({ verbs: ['Mounted from a/app', 'Mounted from a/app'], digest: first.digest })
    const manifest = JSON.parse(sh(`skopeo inspect --raw --tls-verify=false docker://${host}/b/other:2`)) as {
      layers: { mediaType: string }[]
    }
    expect(manifest.layers.map(({ mediaType }) => mediaType)).toEqual(['application/vnd.oci.image.layer.v1.tar+gzip'])
    // What another tool reads back is what was pushed.
    sh(
      `rm -rf ${work}/back && skopeo copy -q --src-tls-verify=false docker://${host}/b/other:2 oci:${work}/back:app && umoci unpack --image ${work}/back:app ${work}/back-bundle`,
    )
    expect(sh(`sha256sum <${work}/back-bundle/rootfs/data`)).toBe(await sumOf(`${host}/a/app:1`))
  })

  it('goes on where the connection broke', async () => {
    const registry = await registryWith()
    const proxy = await proxyTo(registry.host)
    const reference = `${proxy.host}/t/app:1`
    await importAs(reference, 5_000_000)
    const ranges: string[] = []
    let cut = false
    proxy.handler = (incoming) => {
      if (incoming.method !== 'PATCH') return false
      ranges.push(String(incoming.headers['content-range'] ?? ''))
      if (cut) return false
      cut = true
      let seen = 0
      incoming.on('data', (chunk: Buffer) => {
        seen += chunk.length
        if (seen > 2_000_000) incoming.socket.destroy()
      })
      return false
    }
    const { digest } = await images.images.push({ reference })
    expect(ranges).toHaveLength(3)
    expect(ranges.filter((range) => range !== '').length).toBeLessThanOrEqual(1)
    expect(sh(`skopeo inspect --tls-verify=false --format '{{.Digest}}' docker://${registry.host}/t/app:1`).trim()).toBe(digest)
    const sum = await sumOf(reference)
    await startOver()
    await images.images.pull({ reference })
    expect(await sumOf(reference)).toBe(sum)
  })

  it('is refused by a registry that is read only, and says so', async () => {
    const { host } = await registryWith({ storage: { maintenance: { readonly: { enabled: true } } } })
    await importAs(`${host}/t/app:1`)
    await expect(images.images.push({ reference: `${host}/t/app:1` })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  it('ends when it is canceled', async () => {
    const proxy = await proxyTo((await registryWith()).host)
    await importAs(`${proxy.host}/t/app:1`, 3_000_000)
    proxy.handler = (incoming) => incoming.method === 'PATCH'
    const abort = new AbortController()
    const pushed = images.images.push({ reference: `${proxy.host}/t/app:1` }, { signal: abort.signal })
    setTimeout(() => abort.abort(), 300)
    await expect(pushed).rejects.toSatisfy((error) => hasCode(error, 'CANCELED') || (error as Error).name === 'AbortError')
  })
})

describe('a registry with certificates of its own', () => {
  // 10.x so that this machine's leniency towards itself does not count.
  const address = '10.91.0.1'
  beforeAll(() => {
    sh(`ip address add ${address}/32 dev lo 2>/dev/null || true`)
    sh(`
      cd ${work}
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.crt 2>/dev/null
      for n in server client; do
        openssl req -newkey rsa:2048 -nodes -subj /CN=$n -keyout $n.key -out $n.csr 2>/dev/null
        printf 'subjectAltName=IP:${address}' >$n.ext
        openssl x509 -req -in $n.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile $n.ext -out $n.crt 2>/dev/null
      done
    `)
  })
  const tls = { certificate: `${work}/server.crt`, key: `${work}/server.key` }
  const trust = (host: string, files: Readonly<Record<string, string>>): void => {
    mkdirSync(`${dataRoot}/certs.d/${host}`, { recursive: true })
    for (const [name, from] of Object.entries(files)) writeFileSync(`${dataRoot}/certs.d/${host}/${name}`, readFileSync(`${work}/${from}`))
  }

  it('is trusted through certs.d, and not without', async () => {
    const { host } = await registryWith({ address, http: { tls } })
    const reference = `${host}/t/app:1`
    await importAs(reference)
    await expect(images.images.push({ reference })).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringContaining('certificate'),
      hint: expect.stringContaining('certs.d'),
    })
    trust(host, { 'ca.crt': 'ca.crt' })
    await images.images.push({ reference })
    await images.images.remove({ image: reference })
    await images.images.pull({ reference })
  })

  it('is asked without checks where it is listed as insecure', async () => {
    const { host } = await registryWith({ address, http: { tls } })
    const reference = `${host}/t/app:1`
    await importAs(reference)
    writeFileSync(`${dataRoot}/engine.json`, JSON.stringify({ 'insecure-registries': ['10.91.0.0/16'] }))
    await images.images.push({ reference })
  })

  it('is shown the client certificate it asks for', async () => {
    const { host } = await registryWith({ address, http: { tls: { ...tls, clientcas: [`${work}/ca.crt`] } } })
    const reference = `${host}/t/app:1`
    await importAs(reference)
    trust(host, { 'ca.crt': 'ca.crt' })
    await expect(images.images.push({ reference })).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
    trust(host, { 'client.cert': 'client.crt' })
    await expect(images.images.push({ reference })).rejects.toMatchObject({ code: 'BAD_CERTIFICATES' })
    trust(host, { 'client.key': 'client.key' })
    await images.images.push({ reference })
  })

  it('is reached through the proxies of the configuration, but for what they leave out', async () => {
    const { host } = await registryWith({ address, http: { tls } })
    const plain = await registryWith({ address })
    const seen: string[] = []
    const server = createServer((incoming, outgoing) => {
      seen.push(`${incoming.method} ${new URL(incoming.url ?? '').host}`)
      incoming.pipe(
        request(incoming.url ?? '', { method: incoming.method, headers: incoming.headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(outgoing)
        }),
      )
    })
    server.on('connect', (incoming, socket) => {
      seen.push(`CONNECT ${incoming.url}`)
      const [name, port] = (incoming.url ?? '').split(':')
      const to = connect(Number(port), name, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        to.pipe(socket).pipe(to)
      })
      to.on('error', () => socket.destroy())
      socket.on('error', () => to.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const configure = (none: string): void =>
      writeFileSync(
        `${dataRoot}/engine.json`,
        JSON.stringify({ proxies: { 'http-proxy': proxy, 'https-proxy': proxy, 'no-proxy': none }, 'insecure-registries': [plain.host] }),
      )
    trust(host, { 'ca.crt': 'ca.crt' })
    await importAs(`${host}/t/app:1`)
    await importAs(`${plain.host}/t/app:1`)
    configure('')
    await images.images.push({ reference: `${host}/t/app:1` })
    await images.images.push({ reference: `${plain.host}/t/app:1` })
    expect(new Set(seen.filter((line) => line.startsWith('CONNECT')))).toEqual(new Set([`CONNECT ${host}`, `CONNECT ${plain.host}`]))
    expect(seen).toContain(`PATCH ${plain.host}`)
    seen.length = 0
    configure('10.91.0.0/16')
    await images.images.pull({ reference: `${host}/t/app:1` })
    expect(seen).toEqual([])
  })
})

describe('a mirror of docker.io', () => {
  it('is asked first, without a login, and passed over where it lacks the image', async () => {
    const writable = await registryWith()
    tarOf(work, 'm', 'echo mirrored >data')
    await images.images.import({ path: `${work}/m.tar`, reference: `${writable.host}/library/app:1` })
    await images.images.push({ reference: `${writable.host}/library/app:1` })
    const proxy = await proxyTo(writable.host)
    const seen: (string | undefined)[] = []
    proxy.handler = (incoming) => {
      seen.push(incoming.headers.authorization)
      return false
    }
    const dead = 'http://127.0.0.1:9'
    writeFileSync(`${dataRoot}/engine.json`, JSON.stringify({ 'registry-mirrors': [dead, `http://${proxy.host}`] }))
    const { tags } = await images.images.pull({ reference: 'app:1', credentials: login })
    expect(tags).toContain('app:1')
    expect(await withMounted(images, 'app:1', (merged) => readFileSync(`${merged}/data`, 'utf8'))).toBe('mirrored\n')
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.every((authorization) => authorization === undefined)).toBe(true)
    // Docker's own registry is out of reach here, and it is the one that counts.
    await expect(images.images.pull({ reference: 'other:1' })).rejects.toMatchObject({ message: expect.stringContaining('docker.io') })
  }, 20_000)
})
