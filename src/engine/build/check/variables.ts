import { posix } from 'node:path'
import type { Platform } from '../../../oci/descriptor.ts'
import type { ImageConfig } from '../../../oci/image-config.ts'
import { formatPlatform, platformDistance } from '../../../oci/platform.ts'
import { ExpansionError, expandWord, MissingVariableError } from '../dockerfile/expand.ts'
import type { Instruction } from '../dockerfile/instruction.ts'
import { nearest } from '../dockerfile/source.ts'
import { splitStages } from '../stages.ts'
import { type Finding, finding } from './finding.ts'

/* Rules that need to know which variables there are: nothing is built for it. */

export interface VariableContext {
  /** The build's own arguments. */
  readonly args: Readonly<Record<string, string>>
  readonly platformArgs: Readonly<Record<string, string>>
  /** An image that is here; undefined where nothing is known. */
  readonly baseImage: (reference: string) => Promise<BaseImage | undefined>
  /** What bases are for where FROM does not say; undefined where the build asks for platforms, which bases then must have. */
  readonly expectedPlatform: Platform | undefined
}

export interface BaseImage {
  readonly config: ImageConfig
  readonly platform: Platform
}

/** What is known at a place in a stage. */
interface Scope {
  readonly values: Map<string, string>
  /** False where the base is not here: it may bring any variable. */
  complete: boolean
  workingDir: string | undefined
  /** It has ONBUILD. */
  triggers: boolean
}

export async function checkVariables(instructions: readonly Instruction[], context: VariableContext): Promise<readonly Finding[]> {
  const { globals, stages } = splitStages(instructions)
  const outer = readGlobals(globals, context)
  const found: Finding[] = []
  const scopes = new Map<string, Scope>()
  for (const [index, stage] of stages.entries()) {
    const [from, ...rest] = stage
    if (from?.keyword !== 'FROM') continue
    const image = expanded(from.image, from, outer.values).text
    const stageBelow = scopes.get(image.toLowerCase())
    const base = stageBelow === undefined && image !== 'scratch' ? await context.baseImage(image) : undefined
    found.push(...checkFrom(from, outer), ...checkPlatform(from, base, context.expectedPlatform))
    const scope = beginScope(image, stageBelow, base)
    for (const instruction of rest) found.push(...advance(scope, instruction, { outer, context }))
    scopes.set(String(index), scope)
    if (from.name !== undefined) scopes.set(from.name, scope)
  }
  return found
}

interface Outer {
  /** With what the build gives. */
  readonly values: ReadonlyMap<string, string>
  /** As the file alone has it. */
  readonly defaults: ReadonlyMap<string, string>
  readonly declared: ReadonlySet<string>
}

function readGlobals(globals: readonly Instruction[], { args, platformArgs }: VariableContext): Outer {
  const values = new Map(Object.entries(platformArgs))
  const defaults = new Map(Object.entries(platformArgs))
  const declared = new Set(Object.keys(platformArgs))
  for (const instruction of globals) {
    for (const { key, value } of instruction.keyword === 'ARG' ? instruction.pairs : []) {
      const given = args[key] ?? (value === undefined ? undefined : expanded(value, instruction, values).text)
      if (given !== undefined) values.set(key, given)
      if (value !== undefined) defaults.set(key, expanded(value, instruction, defaults).text)
      declared.add(key)
    }
  }
  return { values, defaults, declared }
}

function expanded(
  text: string,
  { escapeChar }: Pick<Instruction, 'escapeChar'>,
  values: ReadonlyMap<string, string>,
): { readonly text: string; readonly unset: readonly string[] } {
  const unset: string[] = []
  try {
    const result = expandWord(text, { lookup: (name) => values.get(name), escapeChar, onUnset: (name) => unset.push(name) })
    return { text: result, unset }
  } catch (error) {
    // The build itself tells what is wrong with it.
    if (error instanceof ExpansionError) return { text: '', unset: error instanceof MissingVariableError ? unset : [] }
    throw error
  }
}

function checkFrom(from: Instruction<'FROM'>, { values, defaults, declared }: Outer): readonly Finding[] {
  const names = [from.image, from.platform ?? ''].flatMap((text) => expanded(text, from, values).unset)
  const unknown = [...new Set(names)].filter((name) => !declared.has(name))
  const byDefault = expanded(from.image, from, defaults)
  const invalid = from.image.includes('$') && !/^[a-z0-9][^\s:]*(?::[0-9]+\/[^\s:]+)?(?::\w[\w.-]*)?(?:@\S+)?$/i.test(byDefault.text)
  return [
    ...unknown.map((name) => finding('UndefinedArgInFrom', from, `FROM uses $${name}, which no ARG before the first FROM declares`)),
    ...(invalid ? [finding('InvalidDefaultArgInFrom', from, `${from.image} is no image name unless the build gives its arguments`)] : []),
  ]
}

function checkPlatform(from: Instruction<'FROM'>, base: BaseImage | undefined, expected: Platform | undefined): readonly Finding[] {
  if (from.platform !== undefined || base === undefined || expected === undefined) return []
  if (platformDistance(expected, base.platform) !== undefined) return []
  const detail = `${from.image} is for ${formatPlatform(base.platform)}, not ${formatPlatform(expected)}: pull it again, or name the platform`
  return [finding('InvalidBaseImagePlatform', from, detail)]
}

function beginScope(image: string, stage: Scope | undefined, base: BaseImage | undefined): Scope {
  // Triggers of the other stage may set anything.
  if (stage !== undefined) return { ...stage, values: new Map(stage.values), complete: stage.complete && !stage.triggers }
  if (image === 'scratch') return { values: new Map([['PATH', '']]), complete: true, workingDir: undefined, triggers: false }
  const config = base?.config
  const env = (config?.Env ?? []).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const)
  const complete = config !== undefined && (config.OnBuild ?? []).length === 0
  return { values: new Map([['PATH', ''], ...env]), complete, workingDir: config?.WorkingDir || undefined, triggers: false }
}

function advance(
  scope: Scope,
  instruction: Instruction,
  { outer, context }: { readonly outer: Outer; readonly context: VariableContext },
): readonly Finding[] {
  const results = textsOf(instruction).map((text) => expanded(text, instruction, scope.values))
  const unset = [...new Set(results.flatMap((result) => result.unset))]
  const found = scope.complete ? unset.map((name) => undefinedVariable(name, instruction, scope)) : []
  if (instruction.keyword === 'ONBUILD') scope.triggers = true
  if (instruction.keyword === 'WORKDIR') found.push(...moveTo(scope, instruction))
  if (instruction.keyword === 'ENV')
    for (const { key, value = '' } of instruction.pairs) scope.values.set(key, expanded(value, instruction, scope.values).text)
  if (instruction.keyword === 'ARG') declare(scope, instruction, { outer, context })
  return found
}

function undefinedVariable(name: string, instruction: Instruction, scope: Scope): Finding {
  const near = nearest(name, [...scope.values.keys()])
  return finding('UndefinedVar', instruction, `$${name} is not set here${near === undefined ? '' : `; is $${near} meant?`}`)
}

function declare(
  { values }: Scope,
  instruction: Instruction<'ARG'>,
  { outer, context }: { readonly outer: Outer; readonly context: VariableContext },
): void {
  for (const { key, value } of instruction.pairs) {
    const text = context.args[key] ?? (value === undefined ? outer.values.get(key) : expanded(value, instruction, values).text)
    // Declared counts as set, with whatever value.
    if (!values.has(key)) values.set(key, text ?? '')
  }
}

function moveTo(scope: Scope, instruction: Instruction<'WORKDIR'>): readonly Finding[] {
  const path = expanded(instruction.path, instruction, scope.values).text
  const before = scope.workingDir
  scope.workingDir = posix.resolve('/', before ?? '/', path)
  if (posix.isAbsolute(path) || before !== undefined || path === '') return []
  return [finding('WorkdirRelativePath', instruction, `WORKDIR ${path} depends on where the base image stands: begin with a slash`)]
}

/** Texts in which the builder replaces variables. */
function textsOf(instruction: Instruction): readonly string[] {
  switch (instruction.keyword) {
    case 'ENV':
    case 'LABEL':
    case 'ARG':
      return instruction.pairs.flatMap(({ key, value = '' }) => [key, value])
    case 'COPY':
    case 'ADD':
      return [...instruction.sources, instruction.destination, instruction.chown ?? '', instruction.chmod ?? '', instruction.from ?? '']
    case 'RUN':
      return instruction.mounts.flatMap(({ options }) => Object.values(options))
    case 'WORKDIR':
      return [instruction.path]
    case 'USER':
      return [instruction.user]
    case 'STOPSIGNAL':
      return [instruction.signal]
    case 'VOLUME':
      return instruction.paths
    default:
      return []
  }
}
