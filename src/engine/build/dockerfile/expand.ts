/** How variables are looked up: undefined for one that is not set. */
export type Lookup = (name: string) => string | undefined

export interface ExpandOptions {
  readonly lookup: Lookup
  readonly escapeChar: string
  /** Told of every variable that is not set. */
  readonly onUnset?: (name: string) => void
}

/** A `${NAME:?message}` whose variable is missing, or a modifier nobody knows. The caller adds the position. */
export class ExpansionError extends Error {}

/** Only the variable is missing; the text itself is in order. */
export class MissingVariableError extends ExpansionError {}

/** Quotes removed and variables replaced; the result is always one word. */
export function expandWord(text: string, options: ExpandOptions): string {
  return createReader(text, options).word('')
}

/** As `expandWord`, but split into words at blanks that stand, or come out of a variable, outside quotes. */
export function expandWords(text: string, options: ExpandOptions): readonly string[] {
  const words: string[] = []
  let current: string | undefined
  const reader = createReader(text, options)
  reader.pieces((piece, quoted) => {
    if (quoted) {
      current = (current ?? '') + piece
      return
    }
    for (const part of piece.split(/(\s+)/)) {
      if (part === '') continue
      if (/^\s/.test(part)) {
        if (current !== undefined) words.push(current)
        current = undefined
      } else current = (current ?? '') + part
    }
  })
  if (current !== undefined) words.push(current)
  return words
}

/** Only variables are replaced; quotes stay as they are (content of heredocs). */
export function expandText(text: string, options: ExpandOptions): string {
  return createReader(text, { ...options, keepQuotes: true }).word('')
}

interface Reader {
  /** Reads to the first of `stop` outside quotes, or the end. */
  word(stop: string): string
  pieces(visit: (piece: string, quoted: boolean) => void, stop?: string): void
}

function createReader(text: string, options: ExpandOptions & { readonly keepQuotes?: boolean }): Reader {
  const { escapeChar, onUnset } = options
  let at = 0

  const lookup = (name: string): string | undefined => {
    const value = options.lookup(name)
    if (value === undefined) onUnset?.(name)
    return value
  }

  const pieces: Reader['pieces'] = (visit, stop = '') => {
    while (at < text.length) {
      const char = text[at] ?? ''
      if (stop !== '' && stop.includes(char)) return
      if (char === '$') visit(variable(), false)
      else if (char === escapeChar) visit(escaped(), true)
      else if (options.keepQuotes !== true && char === "'") visit(single(), true)
      else if (options.keepQuotes !== true && char === '"') visit(double(), true)
      else {
        visit(char, false)
        at++
      }
    }
  }

  const word: Reader['word'] = (stop) => {
    let result = ''
    pieces((piece) => {
      result += piece
    }, stop)
    return result
  }

  function escaped(): string {
    const next = text[at + 1]
    at += 2
    if (next === undefined) return options.keepQuotes === true ? escapeChar : ''
    // In a heredoc only `\$` and `\\` lose their backslash.
    return options.keepQuotes === true && next !== '$' && next !== escapeChar ? escapeChar + next : next
  }

  function single(): string {
    const end = text.indexOf("'", at + 1)
    if (end < 0) throw new ExpansionError("a single quote ' is never closed")
    const inner = text.slice(at + 1, end)
    at = end + 1
    return inner
  }

  function double(): string {
    let inner = ''
    at++
    while (text[at] !== '"') {
      const char = text[at]
      if (char === undefined) throw new ExpansionError('a double quote " is never closed')
      if (char === '$') inner += variable()
      else if (char === escapeChar) inner += escapedInDouble()
      else {
        inner += char
        at++
      }
    }
    at++
    return inner
  }

  function escapedInDouble(): string {
    const next = text[at + 1] ?? ''
    at += 2
    return next === '"' || next === '$' || next === escapeChar ? next : escapeChar + next
  }

  function variable(): string {
    at++
    if (text[at] === '{') return braced()
    const match = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?!$-])/.exec(text.slice(at))
    if (match === null) return '$'
    at += match[0].length
    return lookup(match[0]) ?? ''
  }

  function braced(): string {
    const name = /^\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+)/.exec(text.slice(at))?.[1]
    if (name === undefined) throw new ExpansionError(`bad substitution near ${JSON.stringify(text.slice(at - 1, at + 12))}`)
    at += 1 + name.length
    const operator = /^(?::?[-+?]|##?|%%?|\/\/?)/.exec(text.slice(at))?.[0] ?? ''
    at += operator.length
    const result = modified(name, operator)
    if (text[at] !== '}') throw new ExpansionError(`bad substitution of \${${name}…: expected }`)
    at++
    return result
  }

  function modified(name: string, operator: string): string {
    const value = lookup(name)
    if (operator === '') return value ?? ''
    if (operator.startsWith('/')) return replaced(value ?? '', operator === '//')
    const argument = word('}')
    if (operator.startsWith('#') || operator.startsWith('%')) return trimmed(value ?? '', operator, argument)
    const present = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
    if (operator.endsWith('-')) return present ? (value ?? '') : argument
    if (operator.endsWith('+')) return present ? argument : ''
    if (!present) throw new MissingVariableError(`${name}: ${argument === '' ? 'is not allowed to be unset' : argument}`)
    return value ?? ''
  }

  function replaced(value: string, all: boolean): string {
    const pattern = word('/}')
    if (text[at] !== '/') throw new ExpansionError('bad substitution: the / between pattern and replacement is missing')
    at++
    const replacement = word('}')
    const expression = new RegExp(shellPattern(pattern), all ? 'g' : '')
    return value.replace(expression, () => replacement)
  }

  return { word, pieces }
}

/** `#` and `%` take the shortest matching beginning or end away, doubled the longest. */
function trimmed(value: string, operator: string, pattern: string): string {
  const expression = new RegExp(`^(?:${shellPattern(pattern)})$`, 's')
  const longest = operator.length === 2
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index)
  const front = operator.startsWith('#')
  // From the shortest piece to the longest: for a prefix that is from the left, for a suffix from the right.
  const ordered = front === longest ? cuts.reverse() : cuts
  for (const cut of ordered) {
    const piece = front ? value.slice(0, cut) : value.slice(cut)
    if (expression.test(piece)) return front ? value.slice(cut) : value.slice(0, cut)
  }
  return value
}

function shellPattern(pattern: string): string {
  let result = ''
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index] ?? ''
    if (char === '*') result += '.*'
    else if (char === '?') result += '.'
    else if (char === '\\' && index + 1 < pattern.length) {
      index++
      result += RegExp.escape(pattern[index] ?? '')
    } else result += RegExp.escape(char)
  }
  return result
}
