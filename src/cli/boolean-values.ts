import type { Command, Option } from 'commander'

/**
 * Lets switches be written with a value, `--detach=false` or `-d=false`, as docker compose's flag library does; commander knows only
 * the bare form. Everything from the first operand of a pass-through verb on, or after `--`, is left alone.
 */
export function acceptBooleanValues(command: Command, options: { readonly passThrough: boolean }): void {
  const parse = command.parseOptions.bind(command)
  command.parseOptions = (args) => parse(rewrite(command, args, options.passThrough))
}

function rewrite(command: Command, args: readonly string[], passThrough: boolean): string[] {
  const rewritten: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    const isOperand = !arg.startsWith('-') || arg === '-'
    if (arg === '--' || (isOperand && (passThrough || command.commands.length > 0))) return [...rewritten, ...args.slice(index)]
    const [name, value] = splitValue(arg)
    const option = isOperand ? undefined : findOption(command, name)
    if (option?.isBoolean() && value !== undefined && isBoolean(value)) {
      if (isTrue(value)) rewritten.push(name)
      else command.setOptionValueWithSource(option.attributeName(), false, 'cli')
      continue
    }
    rewritten.push(arg)
    const takesNext = option?.required && value === undefined && !hasAttachedValue(arg, option)
    if (takesNext && index + 1 < args.length) rewritten.push(args[++index] ?? '')
  }
  return rewritten
}

function splitValue(arg: string): [string, string | undefined] {
  const at = /^(--|-[A-Za-z]=)/.test(arg) ? arg.indexOf('=') : -1
  return at === -1 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)]
}

/** The option of `--name`, or the last one of a group of short ones (`-dt`), which may take the next argument. */
function findOption(command: Command, name: string): Option | undefined {
  if (name.startsWith('--')) return command.options.find((option) => option.long === name)
  for (let at = 1; at < name.length; at++) {
    const option = command.options.find((candidate) => candidate.short === `-${name.charAt(at)}`)
    if (option === undefined || option.required || at === name.length - 1) return option
  }
  return undefined
}

function hasAttachedValue(arg: string, option: Option): boolean {
  return !arg.startsWith('--') && option.short !== undefined && arg.indexOf(option.short.charAt(1)) < arg.length - 1
}

function isBoolean(value: string): boolean {
  return /^(1|0|t|f|true|false)$/i.test(value)
}

function isTrue(value: string): boolean {
  return /^(1|t|true)$/i.test(value)
}
