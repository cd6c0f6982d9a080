import { isMalformed, patternToRegExp } from './path-pattern.ts'

/** Decides which paths of a build context are left out. Paths are relative, `/`-separated, without leading slash. */
export interface IgnoreMatcher {
  ignores(path: string): boolean
  /** False where nothing below this ignored directory can be taken back by a `!` line. */
  mayReincludeBelow(directory: string): boolean
}

interface Rule {
  readonly negated: boolean
  readonly expression: RegExp
  /** The pattern up to its first wildcard. */
  readonly literal: string
}

/** Reads the text of a .dockerignore: comments, blank lines, `!` lines; the last rule that matches wins. */
export function parseIgnoreLines(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '!')
}

/** Number (from 1) of the first line of a .dockerignore that is no rule: a lone `!`, or a class that never ends. */
export function findBadIgnoreLine(text: string): number | undefined {
  const index = text.split('\n').findIndex((raw) => {
    const line = raw.trim()
    return !raw.startsWith('#') && (line === '!' || isMalformed(line))
  })
  return index < 0 ? undefined : index + 1
}

export function createIgnoreMatcher(lines: readonly string[]): IgnoreMatcher {
  const rules = lines.map(parseRule).filter((rule) => rule !== undefined)
  const negated = rules.filter((rule) => rule.negated)
  return {
    ignores: negated.length === 0 ? anyOf(rules) : lastOf(rules),
    mayReincludeBelow: (directory) => {
      const inside = `${directory}/`
      return negated.some((rule) => rule.literal.startsWith(inside) || inside.startsWith(rule.literal))
    },
  }
}

/** Without `!` lines one expression tells for a path and its parents at once; a watch asks for every event. */
function anyOf(rules: readonly Rule[]): IgnoreMatcher['ignores'] {
  if (rules.length === 0) return () => false
  const sources = rules.map(({ expression }) => `(?:${expression.source.slice(1, -1)})`)
  const expression = new RegExp(`^(?:${sources.join('|')})(?:/|$)`, 's')
  return (path) => expression.test(path)
}

function lastOf(rules: readonly Rule[]): IgnoreMatcher['ignores'] {
  return (path) => {
    const candidates = selfAndParents(path)
    let ignored = false
    for (const rule of rules) {
      // A rule can only change the verdict one way, so skip those that would not.
      if (rule.negated === ignored && candidates.some((candidate) => rule.expression.test(candidate))) ignored = !rule.negated
    }
    return ignored
  }
}

function parseRule(line: string): Rule | undefined {
  const negated = line.startsWith('!')
  const pattern = cleanPattern((negated ? line.slice(1) : line).trim())
  if (pattern === '') return undefined
  return { negated, expression: patternToRegExp(pattern), literal: /^[^*?[\\]*/.exec(pattern)?.[0] ?? '' }
}

/** `/a//b/./c/` -> `a/b/c`; `..` takes a segment away, but not above the root. */
function cleanPattern(pattern: string): string {
  const segments: string[] = []
  for (const segment of pattern.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') segments.pop()
    else segments.push(segment)
  }
  return segments.join('/')
}

function selfAndParents(path: string): string[] {
  const paths = [path]
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) paths.push(path.slice(0, slash))
  return paths
}
