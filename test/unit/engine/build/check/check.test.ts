import { expect, test } from 'vitest'
import { checkDockerfile, parseCheckOptions } from '../../../../../src/engine/build/check/check.ts'
import { parseDockerfile } from '../../../../../src/engine/build/dockerfile/parse.ts'
import { createSource } from '../../../../../src/engine/build/dockerfile/source.ts'

async function findings(text: string, env: readonly string[] | undefined = []): Promise<readonly string[]> {
  const { findings } = await checkDockerfile(parseDockerfile(createSource('Dockerfile', text)), {
    args: {},
    platformArgs: {},
    ignore: [],
    imageConfig: async () => (env === undefined ? undefined : { Env: env }),
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

test('skip and error are read whatever their order and blanks', async () => {
  const options = parseCheckOptions('error = true ; skip = JSONArgsRecommended , maintainerdeprecated')
  expect(options.error).toBe(true)
  expect(options.speaks('JSONArgsRecommended')).toBe(false)
  expect(options.speaks('MaintainerDeprecated')).toBe(false)
  expect(options.speaks('UndefinedVar')).toBe(true)
  expect(options.speaks('CopyIgnoredFile')).toBe(false)
})
