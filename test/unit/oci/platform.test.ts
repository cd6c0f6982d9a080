import { describe, expect, it } from 'vitest'
import { chainIds } from '../../../src/oci/chain-id.ts'
import type { Descriptor } from '../../../src/oci/descriptor.ts'
import { choosePlatform, formatPlatform, hostPlatform, parsePlatform } from '../../../src/oci/platform.ts'

const entry = (text: string, annotations: Record<string, string> = {}): Descriptor => {
  const [os = '', architecture = '', variant] = text.split('/')
  return {
    mediaType: 'm',
    digest: text as never,
    size: 1,
    annotations,
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
  }
}
const choose = (wanted: string, ...there: readonly string[]): string | undefined =>
  choosePlatform(
    there.map((text) => entry(text)),
    parsePlatform(wanted),
  )?.digest

describe('platforms', () => {
  it.each([
    ['arm64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/6', 'linux/arm/v6'],
    ['Linux/AMD64', 'linux/amd64'],
  ])('reads %s', (text, normal) => {
    expect(formatPlatform(parsePlatform(text))).toBe(normal)
  })

  it.each(['', 'linux', 'a/b/c/d', 'linux/', 'linux/am d64'])('refuses %j', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'INVALID_PLATFORM' }))
  })

  it('falls back to older variants, nearest first, and never to newer ones', () => {
    expect(choose('linux/arm/v7', 'linux/arm/v5', 'linux/arm/v6', 'linux/arm64')).toBe('linux/arm/v6')
    expect(choose('linux/arm/v6', 'linux/arm/v7')).toBeUndefined()
    expect(choose('linux/amd64/v3', 'linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4')).toBe('linux/amd64/v2')
    expect(choose('linux/amd64', 'linux/amd64/v2')).toBeUndefined()
    expect(choose('linux/arm64', 'linux/amd64', 'linux/arm64/v8')).toBe('linux/arm64/v8')
    expect(choose('linux/amd64', 'windows/amd64')).toBeUndefined()
  })

  it('passes over attestations', () => {
    const attestation = entry('linux/amd64', { 'vnd.docker.reference.type': 'attestation-manifest' })
    expect(choosePlatform([attestation, entry('unknown/unknown')], hostPlatform('x64'))).toBeUndefined()
    expect(choosePlatform([attestation, entry('linux/amd64')], hostPlatform('x64'))?.annotations).toEqual({})
  })

  it('names layers by their chain (values of the OCI image specification)', () => {
    const [a, b] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string]
    expect(chainIds([a, b])).toEqual([a, expect.stringMatching(/^sha256:[0-9a-f]{64}$/)])
    expect(chainIds([])).toEqual([])
    expect(chainIds([a, b])[1]).not.toBe(chainIds([b, a])[1])
  })
})
