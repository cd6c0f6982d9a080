import { describe, expect, test } from 'vitest'
import { parseDockerfile } from '../../../../src/engine/build/dockerfile/parse.ts'
import { createSource } from '../../../../src/engine/build/dockerfile/source.ts'
import { planStages, type StageOptions, type StagePlan, stageDependencies } from '../../../../src/engine/build/stages.ts'

function plan(text: string, options: Partial<StageOptions> = {}): StagePlan {
  return planStages(parseDockerfile(createSource('Dockerfile', text)), { args: {}, platformArgs: {}, contexts: {}, ...options })
}

/** Stages that have to be built for the target, by number. */
function reachable(built: StagePlan): readonly number[] {
  const seen = new Set<number>()
  const visit = (index: number): void => {
    const stage = built.stages[index]
    if (stage === undefined || seen.has(index)) return
    seen.add(index)
    for (const next of stageDependencies(built, stage, {})) visit(next)
  }
  visit(built.target.index)
  return [...seen].sort((a, b) => a - b)
}

describe('bases', () => {
  test('arguments before FROM, given ones first', () => {
    const text = 'ARG V=12\nARG IMAGE=debian:$V\nFROM $IMAGE'
    expect(plan(text).target.base).toEqual({ kind: 'image', reference: 'debian:12' })
    expect(plan(text, { args: { V: '13' } }).target.base).toEqual({ kind: 'image', reference: 'debian:13' })
  })

  test('a name of an earlier stage is that stage, a later one is an image', () => {
    const { stages } = plan('FROM b AS a\nFROM A\nFROM scratch AS b')
    expect(stages.map(({ base }) => base)).toEqual([{ kind: 'image', reference: 'b' }, { kind: 'stage', index: 0 }, { kind: 'scratch' }])
  })

  test('a named context stands in for an image', () => {
    expect(plan('FROM base', { contexts: { base: 'docker-image://debian:12' } }).target.base).toEqual({
      kind: 'image',
      reference: 'debian:12',
    })
  })

  test('an empty name is told with a way out', () => {
    expect(() => plan('FROM $NOTHING')).toThrow('the base name $NOTHING is empty')
  })

  test('only ARG may stand before FROM', () => {
    expect(() => plan('RUN true\nFROM a')).toThrow('RUN stands before the first FROM')
    expect(() => plan('ARG a')).toThrow('has no FROM')
  })
})

describe('targets', () => {
  const text =
    'FROM a AS base\nFROM base AS test\nRUN t\nFROM b AS other\nFROM base AS final\nCOPY --from=2 /x /\nRUN --mount=from=test,target=/t x'

  test('only what the target needs is reachable', () => {
    expect(reachable(plan(text))).toEqual([0, 1, 2, 3])
    expect(reachable(plan(text, { target: 'test' }))).toEqual([0, 1])
    expect(reachable(plan(text, { target: '2' }))).toEqual([2])
  })

  test('a misspelt target is answered with a proposal', () => {
    expect(() => plan(text, { target: 'finall' })).toThrow(
      expect.objectContaining({ code: 'BUILD_TARGET_NOT_FOUND', hint: 'did you mean final?' }),
    )
  })
})
