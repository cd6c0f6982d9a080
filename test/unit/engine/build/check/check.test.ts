import { expect, test } from 'vitest'
import { checkDockerfile, parseCheckOptions } from '../../../../../src/engine/build/check/check.ts'
import { parseDockerfile } from '../../../../../src/engine/build/dockerfile/parse.ts'
import { createSource } from '../../../../../src/engine/build/dockerfile/source.ts'
import type { Platform } from '../../../../../src/oci/descriptor.ts'

async function findings(text: string, env: readonly string[] | undefined = [], expectedPlatform?: Platform): Promise<readonly string[]> {
  const { findings } = await checkDockerfile(parseDockerfile(createSource('Dockerfile', text)), {
    args: {},
    platformArgs: {},
    ignore: [],
    baseImage: async () => (env === undefined ? undefined : { config: { Env: env }, platform: { os: 'linux', architecture: 'arm64' } }),
    expectedPlatform,
  })
  return findings.map(({ rule, line }) => `${line} ${rule}`)
}

test('variables of a base image count, and where the base is not here nothing is said of variables', async () => {
  expect(await findings('FROM x\nENV A=$B\n')).toEqual(['2 UndefinedVar'])
  expect(await findings('FROM x\nENV A=$B\n', ['B=1'])).toEqual([])
  expect(await findings('FROM x\nENV A=$B\n', [])).toEqual(['2 UndefinedVar'])
})

test('a later stage knows what an earlier one declared', async () => {
  expect(await findings('FROM x AS a\nARG V\nFROM a\nENV A=$V\nFROM x\nENV A=$V\n')).toEqual(['6 UndefinedVar'])
})

test('a base for another platform is told, unless the file or the build names platforms', async () => {
  const amd64 = { os: 'linux', architecture: 'amd64' }
  const arm64 = { os: 'linux', architecture: 'arm64' }
  const platform = (text: string, expected?: Platform): Promise<readonly string[]> => findings(text, [], expected)
  expect(await platform('FROM x AS a\nFROM a\nFROM x\n', amd64)).toEqual(['1 InvalidBaseImagePlatform', '3 InvalidBaseImagePlatform'])
  expect(await platform('FROM x\n', arm64)).toEqual([])
  expect(await platform('FROM x\n')).toEqual([])
  expect(await platform('FROM scratch\n', amd64)).toEqual([])
  expect(await platform('FROM --platform=$BUILDPLATFORM x\n', amd64)).not.toContain('1 InvalidBaseImagePlatform')
  expect(await platform('# check=skip=InvalidBaseImagePlatform\nFROM x\n', amd64)).toEqual([])
})

test('skip and error are read whatever their order and blanks', async () => {
  const options = parseCheckOptions('error = true ; skip = JSONArgsRecommended , maintainerdeprecated')
  expect(options.error).toBe(true)
  expect(options.speaks('JSONArgsRecommended')).toBe(false)
  expect(options.speaks('MaintainerDeprecated')).toBe(false)
  expect(options.speaks('UndefinedVar')).toBe(true)
  expect(options.speaks('CopyIgnoredFile')).toBe(false)
})
