/**
 * Path patterns of COPY sources, `--exclude` and .dockerignore: `*` and `?` stay inside one path segment, `[…]` is a
 * class, `**` spans any number of segments, a backslash makes the next character plain.
 */
export function patternToRegExp(pattern: string): RegExp {
  let result = ''
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index] ?? ''
    if (pattern.startsWith('**', index)) {
      index++
      if (pattern[index + 1] === '/') {
        index++
        result += '(?:.*/)?'
      } else result += '.*'
    } else if (char === '*') result += '[^/]*'
    else if (char === '?') result += '[^/]'
    else if (char === '[') {
      const end = classEnd(pattern, index)
      result += end === undefined ? '\\[' : characterClass(pattern.slice(index + 1, end))
      index = end ?? index
    } else if (char === '\\' && index + 1 < pattern.length) {
      index++
      result += RegExp.escape(pattern[index] ?? '')
    } else result += RegExp.escape(char)
  }
  return new RegExp(`^${result}$`, 's')
}

/** True for a pattern with a class that never ends. */
export function isMalformed(pattern: string): boolean {
  for (let index = 0; index < pattern.length; index++) {
    if (pattern[index] === '\\') index++
    else if (pattern[index] === '[') {
      const end = classEnd(pattern, index)
      if (end === undefined) return true
      index = end
    }
  }
  return false
}

/** True where the pattern can match more than one path. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[\\]/.test(pattern)
}

function classEnd(pattern: string, start: number): number | undefined {
  for (let index = start + 1; index < pattern.length; index++) {
    if (pattern[index] === '\\') index++
    else if (pattern[index] === ']' && index > start + 1) return index
  }
  return undefined
}

function characterClass(inner: string): string {
  const negated = inner.startsWith('^')
  const body = (negated ? inner.slice(1) : inner).replace(/[[\]^]/g, '\\$&')
  return `[${negated ? '^/' : ''}${body}]`
}
