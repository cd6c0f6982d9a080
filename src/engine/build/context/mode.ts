import { TscomposeError } from '../../../base/errors.ts'

/** `--chmod`: a fixed mode, or chmod(1)'s symbolic clauses. */
export type ModeChange = number | readonly ModeClause[]

interface ModeClause {
  readonly who: string
  readonly operator: string
  readonly permissions: string
}

/** Reads `755` or `u=rwX,go=rX`. Throws `invalid` INVALID_MODE. */
export function parseModeChange(text: string): ModeChange {
  if (/^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777) return Number.parseInt(text, 8)
  const clauses = text.split(',').map((clause) => /^([ugoa]*)([-+=])([ugo]|[rwxXst]*)$/.exec(clause))
  if (text === '' || clauses.includes(null))
    throw new TscomposeError('invalid', 'INVALID_MODE', `--chmod: ${JSON.stringify(text)} is not a file mode`, {
      hint: 'an octal number such as 644, or clauses such as u=rwX,go=rX',
    })
  return clauses.map((match) => ({ who: match?.[1] ?? '', operator: match?.[2] ?? '', permissions: match?.[3] ?? '' }))
}

/** The permission bits after the change. */
export function changeMode(mode: number, change: ModeChange, directory: boolean): number {
  if (typeof change === 'number') return change
  return change.reduce((current, clause) => applyClause(current, clause, directory), mode)
}

function applyClause(mode: number, { who, operator, permissions }: ModeClause, directory: boolean): number {
  const everybody = who === '' || who.includes('a')
  const classes = [
    { shift: 6, chosen: everybody || who.includes('u'), special: 0o4000, letter: 's' },
    { shift: 3, chosen: everybody || who.includes('g'), special: 0o2000, letter: 's' },
    { shift: 0, chosen: everybody || who.includes('o'), special: 0o1000, letter: 't' },
  ]
  // `g=u`: what another class has.
  const copied = { u: mode >> 6, g: mode >> 3, o: mode }[permissions]
  const executable = permissions.includes('x') || (permissions.includes('X') && (directory || (mode & 0o111) !== 0))
  const named = (permissions.includes('r') ? 4 : 0) | (permissions.includes('w') ? 2 : 0) | (executable ? 1 : 0)
  const bits = copied === undefined ? named : copied & 7
  let result = mode
  for (const { shift, chosen, special, letter } of classes) {
    if (!chosen) continue
    // The sticky bit goes only where it is named, and none with permissions copied from another class.
    const cleared = copied === undefined && letter === 's' ? special : 0
    const value = (bits << shift) | (permissions.includes(letter) ? special : 0)
    if (operator === '=') result = (result & ~((7 << shift) | cleared)) | value
    else result = operator === '+' ? result | value : result & ~value
  }
  return result
}
