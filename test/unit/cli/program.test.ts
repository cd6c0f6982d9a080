import { describe, expect, it } from 'vitest'
import { collect, oneOf, wholeNumber } from '../../../src/cli/flags.ts'
import { type ParsedCommand, parseCommandLine } from '../../../src/cli/program.ts'
import type { Verb, VerbEntry } from '../../../src/cli/verb.ts'

const loaded: string[] = []

function entry(name: string, verb: Partial<Verb>): VerbEntry {
  return {
    name,
    summary: `Do ${name}`,
    load: async () => {
      loaded.push(name)
      return { verb: { configure: () => undefined, run: async () => 0, ...verb } }
    },
  }
}

const table: readonly VerbEntry[] = [
  entry('up', {
    configure: (command) => {
      command
        .argument('[services...]')
        .option('-d, --detach', 'In the background')
        .option('-t, --timeout <seconds>', 'Grace', wholeNumber)
        .option('--menu', 'Menu', true)
        .option('--scale <service=n>', 'Replicas', collect, [])
        .option('--pull <policy>', 'Policy', oneOf(['always', 'never']))
    },
  }),
  entry('exec', {
    passThrough: true,
    configure: (command) => {
      command
        .argument('<service>')
        .argument('<command>')
        .argument('[args...]')
        .option('-e, --env <v>', 'Env', collect, [])
        .option('-T, --no-tty', 'No terminal')
    },
  }),
  entry('image', { verbs: [entry('ls', { configure: (command) => command.option('-q, --quiet', 'Ids') })] }),
]

let printed = ''

async function parse(line: string, env: Record<string, string> = {}): Promise<ParsedCommand | undefined> {
  loaded.length = 0
  printed = ''
  const argv = line.split(' ').filter((word) => word !== '')
  return parseCommandLine(argv, { table, env, print: (text) => (printed += text) })
}

async function complaint(line: string, env: Record<string, string> = {}): Promise<string> {
  const error = await parse(line, env).then(
    () => new Error('it was accepted'),
    (thrown: Error) => thrown,
  )
  return error.message
}

describe('the command line', () => {
  it('takes root flags before the verb and the verb its own after it', async () => {
    const parsed = await parse('-f a.yaml --file=b.yaml -p shop --profile x --parallel 3 up -d web --scale web=2 -t 5 db')
    expect(parsed?.root).toMatchObject({
      files: ['a.yaml', 'b.yaml'],
      projectName: 'shop',
      profiles: ['x'],
      parallel: 3,
      ansi: 'auto',
      dryRun: false,
    })
    expect(parsed?.flags).toEqual({ detach: true, scale: ['web=2'], timeout: 5, menu: true })
    expect(parsed?.args).toEqual(['web', 'db'])
  })

  it('loads the module of the verb in use and no other', async () => {
    await parse('up')
    expect(loaded).toEqual(['up'])
    await parse('image ls -q')
    expect(loaded).toEqual(['image', 'ls'])
    await parse('--help')
    expect(loaded).toEqual([])
    expect(printed).toContain('Do exec')
  })

  it('leaves what follows the first operand of exec alone', async () => {
    const parsed = await parse('exec -e A=1 -T web ls -l --detach=false -- x')
    expect(parsed?.flags).toEqual({ env: ['A=1'], tty: false })
    expect(parsed?.args).toEqual(['web', 'ls', '-l', '--detach=false', '--', 'x'])
  })

  it('takes switches with a value', async () => {
    expect((await parse('up --menu=false --detach=true'))?.flags).toMatchObject({ menu: false, detach: true })
    expect((await parse('--dry-run=true up'))?.root.dryRun).toBe(true)
    expect((await parse('up -t 5 --detach=0'))?.flags).toMatchObject({ timeout: 5, detach: false })
  })

  it('takes grouped short flags with an attached value', async () => {
    expect((await parse('up -dt5 web'))?.flags).toMatchObject({ detach: true, timeout: 5 })
  })

  it('prints the help of a verb with its flags', async () => {
    expect(await parse('help up')).toBeUndefined()
    expect(printed).toContain('--timeout <seconds>')
    expect(await parse('up --help')).toBeUndefined()
    expect(printed).toContain('--timeout <seconds>')
  })

  it('reads the defaults of root flags from the environment', async () => {
    const parsed = await parse('up', { COMPOSE_PROGRESS: 'json', COMPOSE_ANSI: 'never', COMPOSE_PARALLEL_LIMIT: '4' })
    expect(parsed?.root).toMatchObject({ progress: 'json', ansi: 'never', parallel: 4 })
    expect((await parse('--progress plain up', { COMPOSE_PROGRESS: 'json' }))?.root.progress).toBe('plain')
  })
})

describe('a wrong command line', () => {
  it.each([
    ['foo', 'unknown command: "tscompose foo"'],
    ['image foo', 'unknown command: "tscompose image foo"'],
    ['--foo up', 'unknown flag: --foo'],
    ['up --progress json', 'unknown flag: --progress'],
    ['up -Z', "unknown shorthand flag: 'Z' in -Z"],
    ['up --pull', 'flag needs an argument: --pull'],
    ['up --timeout abc', 'invalid argument "abc" for "-t, --timeout" flag: not a whole number'],
    ['up --pull sometimes', 'invalid argument "sometimes" for "--pull" flag: must be one of always, never'],
    ['exec', 'requires at least 2 arg(s), only received 0'],
    ['exec web', 'requires at least 2 arg(s), only received 1'],
    ['image ls x', '"tscompose image ls" accepts no arguments'],
    ['--progress foo up', 'unsupported --progress value "foo"'],
    ['--ansi foo up', 'unsupported --ansi value "foo"'],
    ['--parallel 0 up', 'the parallel limit must be a whole number other than 0, -1 for no limit'],
  ])('%s: %s', async (line, message) => {
    expect(await complaint(line)).toBe(message)
  })

  it.each([
    ['exce', "did you mean exec? 'tscompose --help' lists all"],
    ['image lst', "did you mean ls? 'tscompose image --help' lists all"],
    ['up --timout 3', "did you mean --timeout? 'tscompose up --help' lists all"],
    ['frobnicate', "run 'tscompose --help' for its flags"],
  ])('%s: hints %s', async (line, hint) => {
    await expect(parse(line)).rejects.toMatchObject({ hint })
  })
})
