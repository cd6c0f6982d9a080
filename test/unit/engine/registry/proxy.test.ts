import { describe, expect, it } from 'vitest'
import { proxiesFromEnvironment, proxyFor } from '../../../../src/engine/registry/proxy.ts'

const all = { http: 'http://p:1', https: 'p:2', none: '' }
const through = (url: string, none = ''): string | undefined => proxyFor(new URL(url), { ...all, none })

describe('a proxy', () => {
  it('is chosen by the scheme, and never for this machine', () => {
    expect(through('http://a.example/')).toBe('http://p:1')
    expect(through('https://a.example/')).toBe('http://p:2')
    for (const host of ['localhost:5000', '127.0.0.1', '127.3.2.1:5000', '[::1]:5000']) expect(through(`http://${host}/`)).toBeUndefined()
    expect(proxyFor(new URL('http://a.example'), undefined)).toBeUndefined()
  })

  it.each([
    ['*', 'https://a.example', true],
    ['a.example', 'https://a.example', true],
    ['a.example', 'https://sub.a.example', true],
    ['a.example', 'https://ba.example', false],
    ['.a.example', 'https://a.example', false],
    ['.a.example', 'https://x.a.example', true],
    ['*.a.example', 'https://x.a.example', true],
    ['a.example:5000', 'https://a.example:5000', true],
    ['a.example:5000', 'https://a.example', false],
    ['a.example:443', 'https://a.example', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['fd00::1', 'https://[fd00::1]', true],
    [' x , A.Example ', 'https://a.example', true],
  ])('is left out by %s for %s: %s', (none, url, isOut) => {
    expect(through(url, none) === undefined).toBe(isOut)
  })

  it('comes from the environment, small letters first', () => {
    const env = { HTTP_PROXY: 'big', http_proxy: 'small', HTTPS_PROXY: 'https', NO_PROXY: 'n' }
    expect(proxiesFromEnvironment(env)).toEqual({ http: 'small', https: 'https', none: 'n' })
    expect(proxiesFromEnvironment({})).toEqual({ http: '', https: '', none: '' })
  })
})
