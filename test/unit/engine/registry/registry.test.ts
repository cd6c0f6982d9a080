import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../../../../src/engine/registry/challenge.ts'
import {
  endpointsFor,
  hostName,
  isPrivateAddress,
  type RegistryConfig,
  readRegistryConfig,
} from '../../../../src/engine/registry/endpoints.ts'
import { parseRetryAfter, registryUnavailable, withRetries } from '../../../../src/engine/registry/failure.ts'
import { fetchToken } from '../../../../src/engine/registry/token.ts'
import { createTransport } from '../../../../src/engine/registry/transport.ts'

const none: RegistryConfig = { mirrors: [], insecure: [] }
const bases = (host: string, config = none): readonly string[] =>
  endpointsFor(host, config).map(({ base, insecureTls }) => `${base}${insecureTls ? ' insecure' : ''}`)

describe('WWW-Authenticate', () => {
  it.each([
    [
      'Bearer realm="https://a.example/token",service="reg",scope="repository:a/b:pull,push"',
      [{ scheme: 'bearer', params: { realm: 'https://a.example/token', service: 'reg', scope: 'repository:a/b:pull,push' } }],
    ],
    ['Basic realm="x \\"quoted\\""', [{ scheme: 'basic', params: { realm: 'x "quoted"' } }]],
    [
      'Basic realm=x, Bearer realm = "y" , service=z',
      [
        { scheme: 'basic', params: { realm: 'x' } },
        { scheme: 'bearer', params: { realm: 'y', service: 'z' } },
      ],
    ],
    ['Negotiate', [{ scheme: 'negotiate', params: {} }]],
    ['', []],
    ['"garbage', []],
  ])('is read: %s', (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges)
  })
})

describe('endpoints', () => {
  it('speak plain HTTP to this machine only, unless the administrator says so', () => {
    for (const host of ['127.0.0.1:5000', 'localhost:5000', '[::1]:5000', '127.9.9.9']) expect(bases(host)[0]).toBe(`http://${host}`)
    expect(bases('registry.example')).toEqual(['https://registry.example'])
    expect(bases('10.1.2.3:5000')).toEqual(['https://10.1.2.3:5000'])
    const insecure = { mirrors: [], insecure: ['registry.example', '10.0.0.0/8'] }
    expect(bases('registry.example', insecure)).toEqual(['https://registry.example insecure', 'http://registry.example'])
    expect(bases('10.1.2.3:5000', insecure)).toEqual(['https://10.1.2.3:5000 insecure', 'http://10.1.2.3:5000'])
    expect(bases('evil-registry.example', insecure)).toEqual(['https://evil-registry.example'])
  })

  it('ask mirrors first, for docker.io only', () => {
    const config = { mirrors: ['https://mirror.example/'], insecure: [] }
    expect(bases('docker.io', config)).toEqual(['https://mirror.example', 'https://registry-1.docker.io'])
    expect(bases('quay.io', config)).toEqual(['https://quay.io'])
  })

  it('come from a file with Docker names; a bad file is said to be bad', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'registry-'))
    const file = join(directory, 'engine.json')
    expect(await readRegistryConfig(file)).toEqual(none)
    writeFileSync(file, '{"registry-mirrors": ["https://m"], "insecure-registries": ["h:1"], "other": 1}')
    expect(await readRegistryConfig(file)).toEqual({ mirrors: ['https://m'], insecure: ['h:1'] })
    for (const bad of ['{', '[]', '{"registry-mirrors": "x"}']) {
      writeFileSync(file, bad)
      await expect(readRegistryConfig(file)).rejects.toMatchObject({ code: 'BAD_ENGINE_CONFIG' })
    }
    rmSync(directory, { recursive: true })
  })

  it('know private addresses and take ports off', () => {
    for (const address of ['10.0.0.1', '169.254.169.254', '192.168.1.1', '127.0.0.1', '::1', 'fe80::1', 'fd00::1'])
      expect(isPrivateAddress(address)).toBe(true)
    for (const address of ['8.8.8.8', '2001:db8::1', 'example.com']) expect(isPrivateAddress(address)).toBe(false)
    expect([hostName('a:1'), hostName('[::1]:5'), hostName('[::1]'), hostName('a')]).toEqual(['a', '::1', '::1', 'a'])
  })
})

describe('token services', () => {
  const ask = (registry: string, realm: string): Promise<unknown> =>
    fetchToken({
      registry,
      transport: createTransport(new URL(registry).host, { insecureTls: false }),
      challenge: { scheme: 'bearer', params: { realm } },
      scope: 'repository:a:pull',
      credentials: { username: 'u', password: 'secret' },
    })
  it.each([
    ['https://registry.example', 'http://auth.example/token'],
    ['https://registry.example', 'https://169.254.169.254/token'],
    ['https://registry.example', 'https://127.0.0.1/token'],
    ['https://registry.example', 'https://[::1]/token'],
    ['https://registry.example', 'file:///etc/passwd'],
    ['https://registry.example', 'nonsense'],
  ])('of %s may not be %s', async (registry, realm) => {
    await expect(ask(registry, realm)).rejects.toMatchObject({ code: 'REALM_REFUSED' })
  })
})

describe('failures', () => {
  it('name the host and how it failed', () => {
    const refused = Object.assign(new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]), { code: 'ECONNREFUSED' })
    expect(registryUnavailable('h:1', refused)).toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: 'cannot reach registry h:1: connection refused',
    })
    const tls = Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(registryUnavailable('h:1', tls)).toMatchObject({ hint: expect.stringContaining('insecure-registries') })
    const abort = new DOMException('stop', 'AbortError')
    expect(registryUnavailable('h', abort)).toBe(abort)
  })

  it('are tried again only where that can help', async () => {
    let calls = 0
    const failing = (code: string) => (): Promise<never> => {
      calls++
      return Promise.reject(Object.assign(new Error(code), { code }))
    }
    await expect(withRetries(failing('ECONNRESET'), { firstDelayMs: 1 })).rejects.toThrow('ECONNRESET')
    expect(calls).toBe(4)
    calls = 0
    await expect(withRetries(failing('ECONNREFUSED'), { firstDelayMs: 1 })).rejects.toThrow()
    expect(calls).toBe(1)
  })

  it('wait as long as the server asks, within reason', () => {
    expect(parseRetryAfter('2')).toBe(2000)
    expect(parseRetryAfter('99999')).toBe(60_000)
    expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000)
    expect([parseRetryAfter(undefined), parseRetryAfter('soon'), parseRetryAfter('-5')]).toEqual([0, 0, 0])
  })
})
