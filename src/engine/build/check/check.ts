import { posix } from 'node:path'
import { createIgnoreMatcher } from '../../../base/ignore-rules.ts'
import type { Instruction } from '../dockerfile/instruction.ts'
import type { Dockerfile } from '../dockerfile/parse.ts'
import { parseRemote } from '../remote/location.ts'
import { splitStages } from '../stages.ts'
import { type Finding, finding, type RuleName, ruleNames } from './finding.ts'
import { checkSpelling } from './spelling.ts'
import { checkStages } from './stages.ts'
import { checkVariables, type VariableContext } from './variables.ts'

export interface CheckContext extends VariableContext {
  /** Lines of .dockerignore. */
  readonly ignore: readonly string[]
}

export interface CheckResult {
  /** In the order of the file. */
  readonly findings: readonly Finding[]
  /** `# check=error=true`: findings are errors. */
  readonly failing: boolean
}

/** All rules, as far as the file's `# check=` lets them speak. */
export async function checkDockerfile(dockerfile: Dockerfile, context: CheckContext): Promise<CheckResult> {
  const { source, instructions, directives } = dockerfile
  const options = parseCheckOptions(directives.check ?? '')
  const all = [
    ...checkSpelling(source, instructions),
    ...checkStages(instructions),
    ...(await checkVariables(instructions, context)),
    ...ignoredSources(instructions, context.ignore),
    ...descriptions(dockerfile),
  ]
  const findings = all.filter(({ rule }) => options.speaks(rule)).sort((a, b) => a.line - b.line)
  return { findings, failing: options.error && findings.length > 0 }
}

interface CheckOptions {
  readonly error: boolean
  readonly speaks: (rule: RuleName) => boolean
}

/** `skip=A,B;error=true;experimental=all`. */
export function parseCheckOptions(text: string): CheckOptions {
  const options = new Map(text.split(';').map((part) => part.split('=').map((word) => word.trim()) as [string, string]))
  const list = (name: string): readonly string[] => (options.get(name) ?? '').split(',').map((word) => word.trim().toLowerCase())
  const names = (given: readonly string[], rule: string): boolean => given.includes('all') || given.includes(rule.toLowerCase())
  const skip = list('skip')
  const experimental = list('experimental')
  return {
    error: /^true$/i.test(options.get('error') ?? ''),
    speaks: (rule) => !names(skip, rule) && (!ruleNames[rule] || names(experimental, rule)),
  }
}

function ignoredSources(instructions: readonly Instruction[], ignore: readonly string[]): readonly Finding[] {
  const matcher = createIgnoreMatcher(ignore)
  return instructions.flatMap((instruction) => {
    if ((instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') || instruction.from !== undefined) return []
    return instruction.sources
      .filter((path) => parseRemote(path) === undefined && !/[$*?[]/.test(path))
      .filter((path) => matcher.ignores(posix.normalize(`/${path}`).replace(/^\/|\/$/g, '')))
      .map((path) => finding('CopyIgnoredFile', instruction, `.dockerignore leaves ${path} out`))
  })
}

/** A comment right above a stage or an argument before the first FROM is its description and begins with its name. */
function descriptions({ source, instructions }: Dockerfile): readonly Finding[] {
  const { globals, stages } = splitStages(instructions)
  const heads = [...globals, ...stages.flatMap((stage) => stage.filter(({ keyword }) => keyword === 'ARG' || keyword === 'FROM'))]
  return heads.flatMap((instruction) => {
    const name = instruction.keyword === 'ARG' ? instruction.pairs[0]?.key : instruction.keyword === 'FROM' ? instruction.name : undefined
    const above = source.lines[(instruction.line.parts[0]?.place.line ?? 1) - 2] ?? ''
    const comment = /^\s*#\s*(.*)$/.exec(above)?.[1]
    if (name === undefined || comment === undefined || /^[a-z]+\s*=/i.test(comment) || comment.startsWith(`${name} `)) return []
    return [finding('InvalidDefinitionDescription', instruction, `begin the comment above with "${name} "`)]
  })
}
