import { type ExpandOptions, ExpansionError, expandWord, type Lookup } from './dockerfile/expand.ts'
import type { Instruction } from './dockerfile/instruction.ts'
import { placeAt } from './dockerfile/lines.ts'
import type { Dockerfile } from './dockerfile/parse.ts'
import { type DockerfileSource, dockerfileError, nearest } from './dockerfile/source.ts'

/** Where files or a base come from. */
export type SourceRef =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'image'; readonly reference: string }
  /** A named context that is a directory. */
  | { readonly kind: 'directory'; readonly path: string }

export interface Stage {
  readonly index: number
  /** Name in the Dockerfile, or undefined. */
  readonly name: string | undefined
  readonly from: Instruction<'FROM'>
  readonly base: SourceRef
  readonly platform: string | undefined
  readonly instructions: readonly Instruction[]
}

export interface StagePlan {
  readonly source: DockerfileSource
  readonly stages: readonly Stage[]
  readonly target: Stage
  /** Arguments given before the first FROM, with the build's values. */
  readonly globalArgs: Lookup
}

export interface StageOptions {
  readonly args: Readonly<Record<string, string>>
  /** Values of TARGETPLATFORM and the like. */
  readonly platformArgs: Readonly<Record<string, string>>
  readonly target?: string
  readonly contexts: Readonly<Record<string, string>>
}

/**
 * Splits a Dockerfile into stages and finds what each begins with. Throws with the FROM line's place for a bad base,
 * and BUILD_TARGET_NOT_FOUND for a target that no stage has.
 */
export function planStages({ source, instructions }: Pick<Dockerfile, 'source' | 'instructions'>, options: StageOptions): StagePlan {
  const first = instructions.findIndex((instruction) => instruction.keyword === 'FROM')
  const globals = instructions.slice(0, first < 0 ? instructions.length : first)
  const globalArgs = readGlobalArgs(source, globals, options)
  const stages: Stage[] = []
  for (const instruction of first < 0 ? [] : instructions.slice(first)) {
    if (instruction.keyword === 'FROM') stages.push(beginStage(source, instruction, { stages, globalArgs, options }))
    else appendTo(stages, instruction)
  }
  return { source, stages, target: findTarget(stages, source, options.target), globalArgs }
}

/** Instructions before the first FROM, and those of each stage with its FROM in front. */
export function splitStages(instructions: readonly Instruction[]): {
  readonly globals: readonly Instruction[]
  readonly stages: readonly (readonly Instruction[])[]
} {
  const starts = instructions.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []))
  const first = starts[0] ?? instructions.length
  return { globals: instructions.slice(0, first), stages: starts.map((start, index) => instructions.slice(start, starts[index + 1])) }
}

function appendTo(stages: Stage[], instruction: Instruction): void {
  const last = stages.pop()
  if (last !== undefined) stages.push({ ...last, instructions: [...last.instructions, instruction] })
}

function readGlobalArgs(source: DockerfileSource, globals: readonly Instruction[], options: StageOptions): Lookup {
  const values = new Map<string, string>(Object.entries(options.platformArgs))
  for (const instruction of globals) {
    if (instruction.keyword !== 'ARG')
      throw dockerfileError(source, placeAt(instruction.line, 0), {
        message: `${instruction.keyword} stands before the first FROM`,
        hint: 'begin with FROM image; only ARG may stand before it',
      })
    for (const { key, value } of instruction.pairs) {
      const given = options.args[key]
      const result =
        given ?? (value === undefined ? undefined : expandAt(source, instruction, value, { lookup: (name) => values.get(name) }))
      if (result !== undefined) values.set(key, result)
    }
  }
  return (name) => values.get(name)
}

/** Expands one word of an instruction; a bad expression is told with the instruction's place. */
export function expandAt(
  source: DockerfileSource,
  instruction: Pick<Instruction, 'line' | 'escapeChar'>,
  text: string,
  { lookup }: Pick<ExpandOptions, 'lookup'>,
): string {
  return expanding(source, instruction, () => expandWord(text, { lookup, escapeChar: instruction.escapeChar }))
}

/** Runs an expansion and turns its complaint into an error with a place. */
export function expanding<T>(source: DockerfileSource, instruction: Pick<Instruction, 'line'>, expand: () => T): T {
  try {
    return expand()
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    throw dockerfileError(source, placeAt(instruction.line, 0), { message: error.message })
  }
}

function beginStage(
  source: DockerfileSource,
  from: Instruction<'FROM'>,
  { stages, globalArgs, options }: { readonly stages: readonly Stage[]; readonly globalArgs: Lookup; readonly options: StageOptions },
): Stage {
  const expand = (text: string): string => expandAt(source, from, text, { lookup: globalArgs })
  const image = expand(from.image)
  if (image === '')
    throw dockerfileError(source, placeAt(from.line, 0), {
      message: `the base name ${from.image} is empty`,
      hint: 'give its ARG a value: --build-arg NAME=value, or ARG NAME=value before FROM',
    })
  const resolved = resolveSource(image, stages, options.contexts)
  // A stage may have taken the name.
  const base = image === 'scratch' && resolved.kind === 'image' ? ({ kind: 'scratch' } as const) : resolved
  if (base.kind === 'directory')
    throw dockerfileError(source, placeAt(from.line, 0), {
      kind: 'unsupported',
      code: 'UNSUPPORTED_CONTEXT',
      message: `the named context ${image} is a directory and cannot be a base image`,
      hint: 'use docker-image://REFERENCE for it, or COPY --from',
    })
  const platform = from.platform === undefined ? undefined : expand(from.platform)
  return { index: stages.length, name: from.name, from, base, platform, instructions: [] }
}

/** What a name in FROM or --from means: a named context, an earlier stage, else an image. */
export function resolveSource(name: string, earlier: readonly Stage[], contexts: Readonly<Record<string, string>>): SourceRef {
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined
  if (context !== undefined) return parseNamedContext(context)
  const stage = earlier.findLast((candidate) => candidate.name === name.toLowerCase())
  if (stage !== undefined) return { kind: 'stage', index: stage.index }
  return { kind: 'image', reference: name }
}

/** As `resolveSource`, where stage numbers count too. */
export function resolveCopySource(name: string, earlier: readonly Stage[], contexts: Readonly<Record<string, string>>): SourceRef {
  const number = /^\d+$/.test(name) ? earlier[Number(name)] : undefined
  return number === undefined ? resolveSource(name, earlier, contexts) : { kind: 'stage', index: number.index }
}

/** Begins the name of an image in a directory. */
export const layoutScheme = 'oci-layout://'

function parseNamedContext(value: string): SourceRef {
  const image = /^docker-image:\/\/(.+)$/.exec(value)?.[1]
  if (value.startsWith(layoutScheme)) return { kind: 'image', reference: value }
  return image === undefined ? { kind: 'directory', path: value } : { kind: 'image', reference: image }
}

function findTarget(stages: readonly Stage[], source: DockerfileSource, target: string | undefined): Stage {
  const last = stages.at(-1)
  if (last === undefined)
    throw dockerfileError(source, { line: 1, column: 1 }, { message: `${source.name} has no FROM`, hint: 'begin it with FROM image' })
  if (target === undefined || target === '') return last
  const found =
    stages.findLast((stage) => stage.name === target.toLowerCase()) ?? (/^\d+$/.test(target) ? stages[Number(target)] : undefined)
  if (found !== undefined) return found
  const names = stages.flatMap((stage) => (stage.name === undefined ? [] : [stage.name]))
  const near = nearest(target, names)
  throw dockerfileError(
    source,
    { line: 1, column: 1 },
    {
      kind: 'not-found',
      code: 'BUILD_TARGET_NOT_FOUND',
      message: `no stage is called ${target}`,
      hint:
        near === undefined
          ? names.length === 0
            ? 'no stage here has a name'
            : `stages here: ${names.join(', ')}`
          : `did you mean ${near}?`,
    },
  )
}

/** Stages an instruction reads from (COPY --from, RUN --mount=from), where that can be told before the build. */
export function sourceNames(instruction: Instruction): readonly string[] {
  if (instruction.keyword === 'COPY' || instruction.keyword === 'ADD') return instruction.from === undefined ? [] : [instruction.from]
  if (instruction.keyword === 'RUN') return instruction.mounts.flatMap(({ options }) => (options.from === undefined ? [] : [options.from]))
  return []
}

/** Indexes of the stages one instruction of a stage reads from. */
export function stagesRead(
  plan: Pick<StagePlan, 'stages'>,
  stage: Stage,
  { instruction, contexts }: { readonly instruction: Instruction; readonly contexts: Readonly<Record<string, string>> },
): readonly number[] {
  const earlier = plan.stages.slice(0, stage.index)
  const refs = sourceNames(instruction).map((name) => resolveCopySource(name, earlier, contexts))
  return [...new Set(refs.flatMap((ref) => (ref.kind === 'stage' ? [ref.index] : [])))]
}

/** Indexes of the stages this one needs, itself not counted. */
export function stageDependencies(
  plan: Pick<StagePlan, 'stages'>,
  stage: Stage,
  contexts: Readonly<Record<string, string>>,
): readonly number[] {
  const read = stage.instructions.flatMap((instruction) => stagesRead(plan, stage, { instruction, contexts }))
  return [...new Set(stage.base.kind === 'stage' ? [stage.base.index, ...read] : read)]
}
