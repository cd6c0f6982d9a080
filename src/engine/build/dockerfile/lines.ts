import { type DockerfileSource, dockerfileError, type Place } from './source.ts'
import { splitRawWords } from './words.ts'

/** One instruction as written: continuations joined, comments and blank lines inside it dropped. */
export interface LogicalLine {
  readonly text: string
  /** For every physical line that gave a part: where in `text` it begins and where it stands in the file. */
  readonly parts: readonly { readonly offset: number; readonly place: Place }[]
  readonly heredocs: readonly Heredoc[]
}

export interface Heredoc {
  readonly name: string
  /** False where the name was quoted: no variables in the content. */
  readonly expand: boolean
  /** `<<-`: leading tabs do not count. */
  readonly chomp: boolean
  /** Lines with their newlines, tabs still there. */
  readonly content: string
  /** The line that ended it. */
  readonly terminator: string
}

export interface LogicalFile {
  readonly escapeChar: string
  readonly directives: Readonly<Record<string, string>>
  readonly lines: readonly LogicalLine[]
}

const heredocKeywords = /^(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\b/i
const knownDirectives = new Set(['syntax', 'escape', 'check'])

/** Splits a Dockerfile into instructions. Parser directives, line continuation and heredocs as in Docker's reference. */
export function readLogicalLines(source: DockerfileSource): LogicalFile {
  const directives = readDirectives(source)
  const escapeChar = directives.escape ?? '\\'
  const lines: LogicalLine[] = []
  let index = 0
  while (index < source.lines.length) {
    if (isSkipped(source.lines[index] ?? '')) {
      index++
      continue
    }
    const joined = joinContinued(source, index, escapeChar)
    const heredocs = readHeredocs(source, joined.next, { text: joined.text, escapeChar, place: placeOf(joined.parts, 0) })
    lines.push({ text: joined.text, parts: joined.parts, heredocs: heredocs.list })
    index = heredocs.next
  }
  return { escapeChar, directives, lines }
}

/** Where the character at `offset` of a logical line stands in the file. */
export function placeAt(line: LogicalLine, offset: number): Place {
  return placeOf(line.parts, offset)
}

function placeOf(parts: LogicalLine['parts'], offset: number): Place {
  const part = parts.findLast((candidate) => candidate.offset <= offset) ?? parts[0]
  if (part === undefined) return { line: 1, column: 1 }
  return { line: part.place.line, column: part.place.column + offset - part.offset }
}

function readDirectives(source: DockerfileSource): Record<string, string> {
  const directives: Record<string, string> = {}
  for (const [index, line] of source.lines.entries()) {
    const match = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line)
    const name = match?.[1]?.toLowerCase()
    if (name === undefined || !knownDirectives.has(name)) break
    const place = { line: index + 1, column: 1 }
    if (name in directives) throw dockerfileError(source, place, { message: `parser directive ${name} is given twice` })
    const value = match?.[2] ?? ''
    if (name === 'escape' && value !== '\\' && value !== '`')
      throw dockerfileError(source, place, {
        message: `invalid escape character ${JSON.stringify(value)}`,
        hint: 'escape may be a backslash or a backtick',
      })
    directives[name] = value
  }
  return directives
}

function isSkipped(line: string): boolean {
  return /^\s*(?:#|$)/.test(line)
}

function joinContinued(
  source: DockerfileSource,
  start: number,
  escapeChar: string,
): { text: string; parts: LogicalLine['parts']; next: number } {
  const parts: { offset: number; place: Place }[] = []
  let text = ''
  let index = start
  for (; index < source.lines.length; index++) {
    const raw = source.lines[index] ?? ''
    if (index > start && isSkipped(raw)) continue
    const first = index === start
    const shown = first ? raw.trimStart() : raw
    parts.push({ offset: text.length, place: { line: index + 1, column: raw.length - shown.length + 1 } })
    const continued = cutContinuation(shown, escapeChar)
    if (continued === undefined) {
      text += shown
      index++
      break
    }
    text += continued
  }
  return { text: text.trimEnd(), parts, next: index }
}

/** The line without its trailing escape character, or undefined where it does not go on. */
function cutContinuation(line: string, escapeChar: string): string | undefined {
  const trimmed = line.replace(/[ \t]+$/, '')
  if (!trimmed.endsWith(escapeChar)) return undefined
  const before = trimmed.slice(0, -1)
  // Two escape characters are one literal one, which continues nothing.
  return before.endsWith(escapeChar) ? undefined : before
}

function readHeredocs(
  source: DockerfileSource,
  start: number,
  line: { readonly text: string; readonly escapeChar: string; readonly place: Place },
): { list: Heredoc[]; next: number } {
  if (!heredocKeywords.test(line.text)) return { list: [], next: start }
  const list: Heredoc[] = []
  let index = start
  for (const word of splitRawWords(line.text, line.escapeChar)) {
    const opening = parseHeredocWord(word.text)
    if (opening === undefined) continue
    const begin = index
    while (index < source.lines.length && terminatorOf(source.lines[index] ?? '', opening.chomp) !== opening.name) index++
    if (index >= source.lines.length)
      throw dockerfileError(source, line.place, {
        message: `the heredoc <<${opening.name} never ends`,
        hint: `add a line that says only ${opening.name}`,
      })
    list.push({
      ...opening,
      content: source.lines
        .slice(begin, index)
        .map((content) => `${content}\n`)
        .join(''),
      terminator: source.lines[index] ?? '',
    })
    index++
  }
  return { list, next: index }
}

function terminatorOf(line: string, chomp: boolean): string {
  return chomp ? line.replace(/^\t+/, '') : line
}

/** `<<EOF`, `<<-EOF`, `<<"EOF"`, `3<<EOF`; undefined for any other word. */
export function parseHeredocWord(word: string): Pick<Heredoc, 'name' | 'expand' | 'chomp'> | undefined {
  const match = /^\d*<<(-?)([^<]*)$/.exec(word)
  const raw = match?.[2]
  if (match === null || raw === undefined || raw === '') return undefined
  const name = raw.replace(/["'\\]/g, '')
  if (name === '' || /\s/.test(name)) return undefined
  return { name, chomp: match[1] === '-', expand: name === raw }
}
