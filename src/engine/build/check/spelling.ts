import type { Instruction } from '../dockerfile/instruction.ts'
import type { DockerfileSource } from '../dockerfile/source.ts'
import { splitRawWords } from '../dockerfile/words.ts'
import { type Finding, finding } from './finding.ts'

/* Rules about how a Dockerfile is written: each looks at one instruction, or at all, and needs no values. */

const secretName = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i
const openName = /(?:_|^)public(?:_|$)/i

type Rule = (instruction: Instruction) => readonly (Finding | undefined)[]

const rules: readonly Rule[] = [stageName, fromWords, fromPlatform, legacyPairs, maintainer, secrets, exposed]

/** Findings in the order of the file. */
export function checkSpelling(source: DockerfileSource, instructions: readonly Instruction[]): readonly Finding[] {
  const each = instructions.flatMap((instruction) => rules.flatMap((rule) => rule(instruction)))
  return [...each.filter((found) => found !== undefined), ...casing(instructions), ...emptyContinuations(source, instructions)]
}

function words(instruction: Instruction): readonly string[] {
  return splitRawWords(instruction.line.text, instruction.escapeChar).map(({ text }) => text)
}

const isUpper = (word: string): boolean => word === word.toUpperCase()

function stageName(instruction: Instruction): readonly (Finding | undefined)[] {
  if (instruction.keyword !== 'FROM' || instruction.name === undefined) return []
  const written = words(instruction).at(-1) ?? ''
  return [
    written === written.toLowerCase()
      ? undefined
      : finding('StageNameCasing', instruction, `write the stage name ${written} in lower case`),
    ['scratch', 'context'].includes(instruction.name)
      ? finding('ReservedStageName', instruction, `the stage name ${instruction.name} has a meaning of its own: choose another`)
      : undefined,
  ]
}

function fromWords(instruction: Instruction): readonly (Finding | undefined)[] {
  if (instruction.keyword !== 'FROM' || instruction.name === undefined) return []
  const list = words(instruction)
  const [from = '', as = ''] = [list[0], list.at(-2)]
  return isUpper(from) === isUpper(as)
    ? []
    : [finding('FromAsCasing', instruction, `write ${from} and ${as} alike, both small or both capital`)]
}

function fromPlatform(instruction: Instruction): readonly (Finding | undefined)[] {
  if (instruction.keyword !== 'FROM' || instruction.platform === undefined) return []
  const { platform, name = '' } = instruction
  if (/^\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform))
    return [finding('RedundantTargetPlatform', instruction, 'the target platform is the default: leave --platform out')]
  const named = platform.split('/').some((word) => name.includes(word.toLowerCase()))
  if (platform.includes('$') || named || platform.split('/').length > 3) return []
  return [finding('FromPlatformFlagConstDisallowed', instruction, `this stage is always ${platform}, whatever is built: use a variable`)]
}

function legacyPairs(instruction: Instruction): readonly (Finding | undefined)[] {
  if (instruction.keyword !== 'ENV' && instruction.keyword !== 'LABEL') return []
  const [key = ''] = words(instruction).slice(1)
  return key.includes('=')
    ? []
    : [finding('LegacyKeyValueFormat', instruction, `write ${instruction.keyword} ${key}=VALUE with an equals sign`)]
}

function maintainer(instruction: Instruction): readonly (Finding | undefined)[] {
  return instruction.keyword === 'MAINTAINER'
    ? [finding('MaintainerDeprecated', instruction, 'write LABEL org.opencontainers.image.authors=NAME in place of MAINTAINER')]
    : []
}

function secrets(instruction: Instruction): readonly (Finding | undefined)[] {
  if (instruction.keyword !== 'ARG' && instruction.keyword !== 'ENV') return []
  return instruction.pairs
    .filter(({ key }) => secretName.test(key) && !openName.test(key))
    .map(({ key }) =>
      finding('SecretsUsedInArgOrEnv', instruction, `${instruction.keyword} ${key} is kept in the image: use RUN --mount=type=secret`),
    )
}

function exposed(instruction: Instruction): readonly (Finding | undefined)[] {
  if (instruction.keyword !== 'EXPOSE') return []
  return instruction.ports.split(/\s+/).map((port) => {
    const protocol = /\/(.*)$/.exec(port)?.[1] ?? ''
    if (port.includes(':') && !port.includes('$'))
      return finding('ExposeInvalidFormat', instruction, `EXPOSE takes container ports only, not ${port}`)
    return protocol === protocol.toLowerCase()
      ? undefined
      : finding('ExposeProtoCasing', instruction, `write the protocol of ${port} in lower case`)
  })
}

/** Keywords follow the majority of the file, capitals where there is none. */
function casing(instructions: readonly Instruction[]): readonly Finding[] {
  const written = instructions.map((instruction) => ({ instruction, word: words(instruction)[0] ?? '' }))
  const small = written.filter(({ word }) => word === word.toLowerCase()).length
  const capital = written.filter(({ word }) => isUpper(word)).length
  const wanted = small > capital ? 'lower' : 'upper'
  const fits = (word: string): boolean => (wanted === 'lower' ? word === word.toLowerCase() : isUpper(word))
  return written
    .filter(({ word }) => !fits(word))
    .map(({ instruction, word }) =>
      finding('ConsistentInstructionCasing', instruction, `write ${word} in ${wanted} case, as most of the file`),
    )
}

/** Told at the instruction's last line. */
function emptyContinuations(source: DockerfileSource, instructions: readonly Instruction[]): readonly Finding[] {
  return instructions.flatMap(({ line: { parts } }) => {
    const [first, last] = [parts[0]?.place.line ?? 0, parts.at(-1)?.place.line ?? 0]
    const empty = source.lines.slice(first, Math.max(first, last - 1)).some((text) => text.trim() === '')
    return empty
      ? [{ rule: 'NoEmptyContinuation' as const, line: last, detail: 'an empty line stands inside this instruction: take it out' }]
      : []
  })
}
