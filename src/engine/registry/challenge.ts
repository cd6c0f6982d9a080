/** One challenge of a WWW-Authenticate header; scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly params: Readonly<Record<string, string>>
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const pair = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y

/** Parses a WWW-Authenticate header (RFC 9110 section 11): several challenges may share one. Stops at what it cannot read. */
export function parseChallenges(header: string): readonly Challenge[] {
  const text = header.slice(0, 8192)
  const challenges: { scheme: string; params: Record<string, string> }[] = []
  let offset = 0
  while (offset < text.length) {
    offset += /^[\s,]*/.exec(text.slice(offset))?.[0].length ?? 0
    const param = matchAt(pair, text, offset)
    const current = challenges.at(-1)
    if (param !== undefined && current !== undefined) {
      const [, name = '', quoted, plain = ''] = param
      current.params[name.toLowerCase()] = quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1')
      offset += param[0].length
      continue
    }
    const scheme = matchAt(token, text, offset)
    if (scheme === undefined) break
    challenges.push({ scheme: scheme[0].toLowerCase(), params: {} })
    offset += scheme[0].length
  }
  return challenges
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | undefined {
  pattern.lastIndex = offset
  return pattern.exec(text) ?? undefined
}
