import { Command, CommanderError, Option } from 'commander'
import { TscomposeError } from '../base/errors.ts'
import { acceptBooleanValues } from './boolean-values.ts'
import { collect, wholeNumber } from './flags.ts'
import { usageError } from './usage-error.ts'
import type { RootFlags, Verb, VerbEntry } from './verb.ts'

/** A verb with everything typed around it, ready to run. */
export interface ParsedCommand {
  /** As in the table; `image pull` for a sub-verb. */
  readonly name: string
  readonly verb: Verb
  readonly root: RootFlags
  readonly flags: Readonly<Record<string, unknown>>
  readonly args: readonly string[]
}

export interface ParseOptions {
  readonly table: readonly VerbEntry[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes help texts; they go to stdout. */
  readonly print: (text: string) => void
}

/**
 * Parses a command line (without node and script). Undefined where it only asked for help, which is printed.
 * Rejects USAGE with docker compose's wording. Imports the module of the verb in use, no other.
 */
export async function parseCommandLine(argv: readonly string[], options: ParseOptions): Promise<ParsedCommand | undefined> {
  let parsed: ParsedCommand | undefined
  let current: Command | undefined
  const root = createRoot(options.print)
  const attach = (parent: Command, entries: readonly VerbEntry[], dryRun: boolean): void => {
    const verbs = new Map<Command, VerbEntry>()
    for (const entry of entries) verbs.set(addVerb(parent, entry), entry)
    parent.hook('preSubcommand', async (_parent, command) => {
      const entry = verbs.get(command)
      if (entry === undefined) return
      current = command
      const { verb } = await entry.load()
      configureVerb(command, verb, { dryRun })
      if (verb.verbs !== undefined) return attach(command, verb.verbs, verb.dryRunBelow === true)
      command.action(() => {
        const flags = command.opts()
        const typed = {
          ...root.opts(),
          ...(flags.dryRun === true ? { dryRun: true } : {}),
          ...(verb.builds === true ? buildProgress(flags.progress, root.opts().progress, options.env) : {}),
        }
        const name = parent === root ? entry.name : `${parent.name()} ${entry.name}`
        parsed = { name, verb, root: rootFlags(typed, options.env), flags, args: command.args }
      })
    })
  }
  attach(root, options.table, true)
  try {
    await root.parseAsync(helpVerbToFlag(argv), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.help' && argv.length > 0 && hasVerbs(current ?? root)) return undefined
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.help') return undefined
    throw usageError(error, current ?? root)
  }
  return parsed
}

function hasVerbs(command: Command): boolean {
  return command.commands.length > 0
}

/** `help up` is `up --help`: only that path loads the verb's flags. */
function helpVerbToFlag(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv]
}

function createRoot(print: (text: string) => void): Command {
  const root = new Command('tscompose')
  root
    .description('Docker Compose projects on Linux without Docker')
    .usage('[OPTIONS] COMMAND')
    .enablePositionalOptions()
    .exitOverride()
    .helpCommand(false)
    // Errors are thrown and rendered in one place; only help is printed here.
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => {} })
    .configureHelp({ showGlobalOptions: false })
  root
    .option('--all-resources', 'Include all resources, even those not used by services')
    .option('--ansi <when>', 'Control when to print ANSI control characters (never|always|auto)')
    .option('--compatibility', 'Run compose in backward compatibility mode')
    .option('--dry-run', 'Show what would be done without doing it')
    .option('--env-file <file>', 'Specify an alternate environment file', collect, [])
    .option('-f, --file <file>', 'Compose configuration files', collect, [])
    .option('--parallel <n>', 'Control max parallelism, -1 for unlimited', wholeNumber)
    .option('--profile <name>', 'Specify a profile to enable', collect, [])
    .option('--progress <type>', 'Set type of progress output (auto, tty, plain, json, quiet)')
    .option('--project-directory <dir>', 'Specify an alternate working directory')
    .option('-p, --project-name <name>', 'Project name')
    .addOption(new Option('-v, --version', 'Show the version information').hideHelp())
    .addOption(new Option('--verbose', 'Show more output').hideHelp())
    .addOption(new Option('--no-ansi', 'Do not print ANSI control characters').hideHelp())
    .addOption(new Option('--workdir <dir>', 'Old name of --project-directory').hideHelp())
  acceptBooleanValues(root, { passThrough: false })
  return root
}

function addVerb(parent: Command, entry: VerbEntry): Command {
  const command = parent.command(entry.name, { hidden: entry.hidden ?? false })
  command.summary(entry.summary).description(entry.summary).copyInheritedSettings(parent).helpCommand(false)
  for (const alias of entry.aliases ?? []) command.alias(alias)
  return command
}

function configureVerb(command: Command, verb: Verb, { dryRun }: { readonly dryRun: boolean }): void {
  verb.configure(command)
  // docker compose takes it on both sides of the verb.
  if (dryRun && verb.verbs === undefined) command.option('--dry-run', 'Execute command in dry run mode')
  const passThrough = verb.passThrough === true
  if (passThrough) command.passThroughOptions()
  acceptBooleanValues(command, { passThrough })
  if (verb.verbs !== undefined) command.usage('COMMAND')
}

/** BuildKit's other names for what root flags call json and quiet. */
const buildProgressWords: Readonly<Record<string, string>> = { rawjson: 'json', none: 'quiet' }

/** What a verb that builds shows: its own flag, else the root's, else COMPOSE_PROGRESS, else BUILDKIT_PROGRESS. */
function buildProgress(own: unknown, ofRoot: unknown, env: ParseOptions['env']): { readonly progress?: unknown } {
  const progress = own ?? ofRoot ?? (env.COMPOSE_PROGRESS || env.BUILDKIT_PROGRESS || undefined)
  return progress === undefined ? {} : { progress: buildProgressWords[String(progress)] ?? progress }
}

const progressKinds = ['auto', 'tty', 'plain', 'json', 'quiet'] as const
const ansiKinds = ['never', 'always', 'auto'] as const

/** The root flags with the environment's defaults; rejects what no reporter knows. */
export function rootFlags(typed: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string | undefined>>): RootFlags {
  // `--ansi` and `--no-ansi` share one slot: a word, true by default, false.
  const ansi = typed.ansi === false ? 'never' : typeof typed.ansi === 'string' ? typed.ansi : env.COMPOSE_ANSI || 'auto'
  const projectName = typed.projectName
  const projectDirectory = typed.projectDirectory ?? typed.workdir
  return {
    files: typed.file as readonly string[],
    ...(typeof projectName === 'string' ? { projectName } : {}),
    profiles: typed.profile as readonly string[],
    envFiles: typed.envFile as readonly string[],
    ...(typeof projectDirectory === 'string' ? { projectDirectory } : {}),
    progress: word('--progress', typed.progress ?? (env.COMPOSE_PROGRESS || 'auto'), progressKinds),
    ansi: word('--ansi', ansi, ansiKinds),
    parallel: parallelLimit(typed.parallel, env.COMPOSE_PARALLEL_LIMIT),
    allResources: typed.allResources === true,
    compatibility: typed.compatibility === true || isTrue(env.COMPOSE_COMPATIBILITY),
    dryRun: typed.dryRun === true,
    verbose: typed.verbose === true,
  }
}

function word<T extends string>(flag: string, value: unknown, words: readonly T[]): T {
  const known = words.find((candidate) => candidate === value)
  if (known !== undefined) return known
  throw new TscomposeError('invalid', 'USAGE', `unsupported ${flag} value "${String(value)}"`, { hint: `use one of ${words.join(', ')}` })
}

function parallelLimit(typed: unknown, fromEnv: string | undefined): number {
  const limit = typeof typed === 'number' ? typed : fromEnv === undefined || fromEnv === '' ? -1 : Number(fromEnv)
  if (Number.isInteger(limit) && limit !== 0) return limit < 0 ? -1 : limit
  throw new TscomposeError('invalid', 'USAGE', 'the parallel limit must be a whole number other than 0, -1 for no limit', {
    hint: 'set --parallel or COMPOSE_PARALLEL_LIMIT to a whole number',
  })
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && /^(1|t|true|y|yes)$/i.test(text)
}
