import { InvalidArgumentError } from 'commander'

/** For repeatable flags: `.option('-e, --env <KEY=VALUE>', '…', collect, [])`. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value]
}

/** For flags that take a whole number. */
export function wholeNumber(value: string): number {
  if (!/^[+-]?\d+$/.test(value)) throw new InvalidArgumentError('not a whole number')
  return Number(value)
}

/** For flags that take one of a few words. */
export function oneOf<T extends string>(words: readonly T[]): (value: string) => T {
  return (value) => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw new InvalidArgumentError(`must be one of ${words.join(', ')}`)
    return word
  }
}
