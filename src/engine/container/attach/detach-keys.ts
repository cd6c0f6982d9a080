import { TscomposeError } from '../../../base/errors.ts'

export const defaultDetachKeys = 'ctrl-p,ctrl-q'

/** Bytes of a key sequence such as `ctrl-p,ctrl-q` or `a,ctrl-[`. Throws `invalid` INVALID_DETACH_KEYS. */
export function parseDetachKeys(text: string): readonly number[] {
  return text.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0)
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1]
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f
    throw new TscomposeError('invalid', 'INVALID_DETACH_KEYS', `not a detach key: ${JSON.stringify(key)}`, {
      hint: 'write keys as letters or ctrl-x, with commas between them',
    })
  })
}

export interface DetachScanner {
  /** What may pass on; bytes that may belong to the sequence are held back until that is clear. */
  push(input: Buffer): { readonly output: Buffer; readonly detached: boolean }
}

export function createDetachScanner(keys: readonly number[]): DetachScanner {
  let matched = 0
  return {
    push: (input) => {
      const output: number[] = []
      for (const byte of input) {
        if (byte === keys[matched]) {
          matched++
          if (matched === keys.length) return { output: Buffer.from(output), detached: true }
          continue
        }
        output.push(...keys.slice(0, matched))
        matched = byte === keys[0] ? 1 : 0
        if (matched === 0) output.push(byte)
      }
      return { output: Buffer.from(output), detached: false }
    },
  }
}
