import { relative } from 'node:path'
import type { BuildWarning } from '../../engine/api.ts'
import type { Terminal } from '../terminal.ts'
import type { Invocation } from '../verb.ts'

/* Flags and output that `build` and `image build` share. */

/** `default`, `id=path`: '' stands for the caller's own agent. */
export function sshFlags(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

/** An image built here comes without attestations. A flag that asks for none (`--sbom=false`) is no request. */
export function warnOfAttestations({ flags, terminal }: Pick<Invocation, 'flags' | 'terminal'>): void {
  for (const name of ['provenance', 'sbom']) {
    const value = flags[name]
    if (typeof value === 'string' && !['', 'false', '0'].includes(value))
      terminal.stderr.write(`warning: --${name} has no effect: images are built here without attestations\n`)
  }
}

/** Prints findings one a line; returns 1 where there are any, as docker does. */
export function printWarnings(warnings: readonly BuildWarning[], { stdout, cwd }: Pick<Terminal, 'stdout' | 'cwd'>): number {
  for (const { rule, detail, file, line } of warnings) {
    const near = file.startsWith('/') ? relative(cwd, file) : file
    stdout.write(`${near.startsWith('..') ? file : near}:${line}: ${rule}: ${detail}\n`)
  }
  const count = warnings.length === 0 ? 'no warnings' : warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`
  stdout.write(`Check complete, ${count} found\n`)
  return warnings.length === 0 ? 0 : 1
}
