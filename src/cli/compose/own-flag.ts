import { Option } from 'commander'

/** A flag that begins with `--no-` and is one of its own: commander would take it for the negation of another. */
export function ownFlag(flags: string, description: string): Option {
  const option = new Option(flags, description)
  option.negate = false
  return option
}
