import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalName, familiarReference, formatReference, parseReference, tryParseReference } from '../../../src/oci/reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

describe('parseReference', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27', 'nginx:1.27'],
    ['library/nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['shop/web', 'docker.io/shop/web:latest', 'shop/web:latest'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['index.docker.io/a/b:c', 'docker.io/a/b:c', 'a/b:c'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
    ['localhost:5000/app', 'localhost:5000/app:latest', 'localhost:5000/app:latest'],
    ['127.0.0.1:5000/a/b:x', '127.0.0.1:5000/a/b:x', '127.0.0.1:5000/a/b:x'],
    ['[::1]:5000/a', '[::1]:5000/a:latest', '[::1]:5000/a:latest'],
    ['quay.io/a/b/c:v1', 'quay.io/a/b/c:v1', 'quay.io/a/b/c:v1'],
    ['Registry/app', 'Registry/app:latest', 'Registry/app:latest'],
    [`nginx@${digest}`, `docker.io/library/nginx@${digest}`, `nginx@${digest}`],
    [`nginx:1@${digest}`, `docker.io/library/nginx:1@${digest}`, `nginx:1@${digest}`],
    ['a__b/c--d.e', 'docker.io/a__b/c--d.e:latest', 'a__b/c--d.e:latest'],
    ['docker.io/library/a/b', 'docker.io/library/a/b:latest', 'library/a/b:latest'],
  ])('reads %s as Docker does', (text, full, familiar) => {
    const reference = parseReference(text)
    expect(formatReference(reference)).toBe(full)
    expect(familiarReference(reference)).toBe(familiar)
    expect(parseReference(familiar)).toEqual(reference)
  })

  it.each([
    '',
    ':',
    'Nginx',
    'a//b',
    '/a',
    'a/',
    'nginx:',
    'nginx:-x',
    'nginx@sha256:abc',
    `nginx:${'t'.repeat(129)}`,
    'a..b',
    'a.-b',
    'a b',
    '-a',
    'a_',
    '../a',
    'f'.repeat(64),
    `${'a/'.repeat(130)}a`,
    'localhost:port/a',
    'ex ample.com/a',
  ])('refuses %j with INVALID_REFERENCE', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'INVALID_REFERENCE', hint: expect.any(String) }))
  })

  it('reads back whatever it takes, and never throws anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9._/:@-]{1,40}$/)), (text) => {
        const reference = tryParseReference(text)
        if (reference === undefined) return
        expect(parseReference(formatReference(reference))).toEqual(reference)
        expect(canonicalName(reference)).not.toMatch(/\.\.\/|\s/)
      }),
    )
  })
})
