import { readFlags } from './flags.ts'
import type { Instruction, Keyword } from './instruction.ts'
import { type LogicalLine, placeAt, readLogicalLines } from './lines.ts'
import { flagTables, parsers } from './parsers.ts'
import { type DockerfileSource, dockerfileError, nearest } from './source.ts'

export interface Dockerfile {
  readonly source: DockerfileSource
  readonly instructions: readonly Instruction[]
  readonly directives: Readonly<Record<string, string>>
}

/**
 * Parses a whole Dockerfile. Throws `invalid` DOCKERFILE_INVALID or UNKNOWN_INSTRUCTION with the place of the first fault.
 */
export function parseDockerfile(source: DockerfileSource): Dockerfile {
  const file = readLogicalLines(source)
  const instructions = file.lines.map((line) => parseLine(source, line, file.escapeChar))
  if (instructions.length === 0)
    throw dockerfileError(
      source,
      { line: 1, column: 1 },
      { message: `${source.name} has no instructions`, hint: 'begin it with FROM image' },
    )
  return { source, instructions, directives: file.directives }
}

/** Parses ONBUILD triggers of a base image; faults are told with the FROM line that brought them. */
export function parseTriggers(triggers: readonly string[], name: string): Omit<Dockerfile, 'directives'> {
  const source: DockerfileSource = { name, lines: triggers }
  return { source, instructions: readLogicalLines(source).lines.map((line) => parseLine(source, line, '\\')) }
}

function parseLine(source: DockerfileSource, line: LogicalLine, escapeChar: string): Instruction {
  const word = /^\S+/.exec(line.text)?.[0] ?? ''
  const keyword = word.toUpperCase()
  if (!isKeyword(keyword)) {
    const near = nearest(keyword, Object.keys(parsers))
    throw dockerfileError(source, placeAt(line, 0), {
      code: 'UNKNOWN_INSTRUCTION',
      message: `unknown instruction ${word}`,
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    })
  }
  const read = readFlags(line.text, { source, line, escapeChar, keyword, start: word.length }, flagTables[keyword] ?? {})
  if (read.rest === '' && keyword !== 'CMD' && keyword !== 'ENTRYPOINT')
    throw dockerfileError(source, placeAt(line, 0), { message: `${keyword} needs at least one argument` })
  const body = parsers[keyword]({ source, line, escapeChar, keyword, ...read })
  return { keyword, line, escapeChar, ...body } as Instruction
}

function isKeyword(word: string): word is Keyword {
  return Object.hasOwn(parsers, word)
}
