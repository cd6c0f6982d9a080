/** A word as written, quotes and escapes still in it, and where it begins. */
export interface RawWord {
  readonly text: string
  readonly offset: number
}

/** Splits on blanks that stand outside quotes and are not escaped. An open quote runs to the end. */
export function splitRawWords(text: string, escapeChar: string): RawWord[] {
  const words: RawWord[] = []
  let start = -1
  let quote = ''
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? ''
    const blank = quote === '' && /\s/.test(char)
    if (blank) {
      if (start >= 0) words.push({ text: text.slice(start, index), offset: start })
      start = -1
      continue
    }
    if (start < 0) start = index
    if (char === escapeChar && quote !== "'") index++
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
  }
  if (start >= 0) words.push({ text: text.slice(start), offset: start })
  return words
}

/** Takes an array in JSON (the exec form), or undefined where the text is anything else. */
export function parseJsonArray(text: string): readonly unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
