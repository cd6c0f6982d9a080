import type { Command, CommanderError } from 'commander'
import { TscomposeError } from '../base/errors.ts'

/** Commander's complaint in the words docker compose's users know, with what was meant or the way to the help as hint. */
export function usageError(error: CommanderError, command: Command): TscomposeError {
  const path = commandPath(command)
  const [complaint = '', similar] = error.message.split('\n(Did you mean ')
  const hint =
    similar === undefined
      ? `run '${path} --help' for its flags`
      : `did you mean ${similar.replace(/\?\)$/, '')}? '${path} --help' lists all`
  return new TscomposeError('invalid', 'USAGE', usageMessage({ code: error.code, message: complaint }, command, path), { hint })
}

/** `tscompose image ls`. */
export function commandPath(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name())
  return names.join(' ')
}

function usageMessage(error: Pick<CommanderError, 'code' | 'message'>, command: Command, path: string): string {
  const quoted = [...error.message.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '')
  const [first = '', second = ''] = quoted
  switch (error.code) {
    case 'commander.unknownOption':
      return first.startsWith('--') ? `unknown flag: ${first.split('=')[0]}` : `unknown shorthand flag: '${first.charAt(1)}' in ${first}`
    case 'commander.unknownCommand':
      return `unknown command: "${path} ${first}"`
    case 'commander.optionMissingArgument':
      return `flag needs an argument: ${flagNames(first).at(-1) ?? first}`
    case 'commander.invalidArgument':
      return `invalid argument "${second}" for "${flagNames(first).join(', ')}" flag: ${error.message.split('is invalid. ')[1] ?? 'invalid'}`
    case 'commander.missingArgument':
      return `requires at least ${requiredCount(command)} arg(s), only received ${command.args.length}`
    case 'commander.excessArguments':
      return command.registeredArguments.length === 0
        ? `"${path}" accepts no arguments`
        : `accepts at most ${command.registeredArguments.length} arg(s), received ${command.args.length}`
    default:
      return error.message.replace(/^error: /, '')
  }
}

function flagNames(flags: string): string[] {
  return flags.split(/[ ,|]+/).filter((part) => part.startsWith('-'))
}

function requiredCount(command: Command): number {
  return command.registeredArguments.filter((argument) => argument.required).length
}
