import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type CommandResult, runCommand } from './command.ts'
import { screenAfter } from './screen.ts'

/*
 * A scenario is a directory below test/e2e/golden: compose.yaml, what it needs, `steps`, and what the steps came to:
 * `docker` as docker compose 2.40.3 did it and, where we mean to differ, `ours`. A line of `steps` is a shell command in
 * which `dc` is the program under test, after marks in brackets:
 *   [setup]      its outcome is not compared
 *   [sorted]     the order of its lines means nothing: things that happen at the same time
 *   [tty]        on a terminal; what is compared is the screen at the end
 *   [differs X]  ours is another one on purpose, for the reason below heading X of DIFFERENCES.md
 */

export const goldenRoot: string = resolve(import.meta.dirname, '../e2e/golden')

export interface Step {
  readonly command: string
  readonly isSetup: boolean
  readonly isSorted: boolean
  readonly isOnTerminal: boolean
  /** A heading of DIFFERENCES.md. */
  readonly difference?: string
}

/** How the program under test is called in a shell. */
export type Program = 'docker compose' | 'bin/tscompose'

const launcher = resolve(import.meta.dirname, '../../bin/tscompose')

export function scenarioNames(): readonly string[] {
  return readdirSync(goldenRoot)
    .filter((name) => existsSync(join(goldenRoot, name, 'steps')))
    .sort()
}

/** The steps of a scenario in order; throws at a mark it does not know. */
export function readSteps(scenario: string): readonly Step[] {
  return readFileSync(join(goldenRoot, scenario, 'steps'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, marks = '', command = ''] = /^((?:\[[^\]]+\] )*)(.*)$/.exec(line) ?? []
      const names = [...marks.matchAll(/\[([^\]]+)\]/g)].map(([, mark = '']) => mark)
      const unknown = names.find((name) => !/^(setup|sorted|tty|differs .+)$/.test(name))
      if (unknown !== undefined) throw new Error(`${scenario}: [${unknown}] is no mark`)
      const difference = names.find((name) => name.startsWith('differs '))?.slice('differs '.length)
      return {
        command,
        isSetup: names.includes('setup'),
        isSorted: names.includes('sorted'),
        isOnTerminal: names.includes('tty'),
        ...(difference === undefined ? {} : { difference }),
      }
    })
}

/** A step and what it came to, as the recordings have it: the command, its exit code, and its lines by stream. */
export interface Outcome {
  readonly step: Step
  readonly text: string
}

/** Runs the steps in a copy of the scenario's directory, one after the other. */
export async function runScenario(scenario: string, program: Program): Promise<readonly Outcome[]> {
  const parent = mkdtempSync(join(tmpdir(), 'golden-'))
  const path = join(parent, 'bin')
  mkdirSync(path)
  writeFileSync(join(path, 'dc'), `#!/bin/sh\nexec ${program === 'docker compose' ? program : launcher} "$@"\n`, { mode: 0o755 })
  const directory = join(parent, scenario)
  cpSync(join(goldenRoot, scenario), directory, { recursive: true })
  const outcomes: Outcome[] = []
  const cleanUp = (): Promise<unknown> => run(['sh', '-c', 'dc --profile "*" down -v -t 0 --remove-orphans'], { directory, path })
  await cleanUp()
  try {
    for (const step of readSteps(scenario)) outcomes.push({ step, text: await runStep(step, { directory, path }) })
  } finally {
    await cleanUp()
    rmSync(parent, { recursive: true, force: true })
  }
  return outcomes
}

interface Place {
  readonly directory: string
  /** Where `dc` is. */
  readonly path: string
}

function run(argv: readonly string[], { directory, path }: Place): Promise<CommandResult> {
  const env = { PATH: `${path}:${process.env['PATH']}`, NO_COLOR: '', TERM: 'xterm', SHELL: '/bin/sh', LC_ALL: 'C.UTF-8', TZ: 'UTC' }
  // All of a shell's children, so that none keeps the pipes open.
  return runCommand(['timeout', '-k', '5', '40', ...argv], { cwd: directory, env })
}

async function runStep(step: Step, place: Place): Promise<string> {
  const tidy = (text: string): string => normalise(text.replaceAll(place.directory, '<dir>'))
  return `$ ${step.command}\n${await (step.isOnTerminal ? onTerminal : inPipes)(step, place, tidy)}\n`
}

async function inPipes(step: Step, place: Place, tidy: (text: string) => string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(['sh', '-c', step.command], place)
  const [out, err] = [stdout, stderr].map((text) => tidy(stripVTControlCharacters(text))) as [string, string]
  return [`= ${exitCode}`, ...linesOf('1', out, step), ...linesOf('2', err, step)].join('\n')
}

async function onTerminal(step: Step, place: Place, tidy: (text: string) => string): Promise<string> {
  const { exitCode, stdout } = await run(['script', '-qefc', `stty cols 100 rows 60; ${step.command}`, '/dev/null'], place)
  const screen = (await screenAfter(stdout)).filter((line) => line.trim() !== '')
  return [`= ${exitCode}`, ...linesOf('t', tidy(screen.join('\n')), step)].join('\n')
}

function linesOf(stream: string, text: string, step: Step): readonly string[] {
  const whole = text.trimEnd()
  if (whole === '') return []
  const lines = whole.split('\n')
  return (step.isSorted ? lines.toSorted() : lines).map((line) => `${stream}| ${line}`.trimEnd())
}

/** What differs from run to run, and what stands for it. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\bsha256:[0-9a-f]{64}\b/g, 'sha256:<id>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, '<short id>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000( UTC)?/g, '<time>'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} /gm, '<time> '],
  [/\b[0-9a-f]{12}_/g, '<short id>_'],
  [/(execDuration"?[=:]"?)\d+/g, '$1<seconds>'],
  [/(Less than a second|About a minute|\d+ (second|minute|hour)s?)( ago)?/g, '<span>$3'],
  // Of busybox, as this distribution has it.
  [/\b\d\.\d\dMB(?= +<span> ago)/g, '<size>'],
  [/\b\d+\.\d+s *$/gm, '<s>'],
  [/^hint: .*\n/gm, ''],
]

/** Takes out what differs from run to run, and the width of columns that hold such things. */
function normalise(text: string): string {
  const even = volatile.reduce((rest, [pattern, word]) => rest.replaceAll(pattern, word), text)
  return even
    .replaceAll('\r', '')
    .replaceAll(
      /^(<time> .*)\((.*)\)$/gm,
      (_, event: string, attributes: string) => `${event}(${attributes.split(', ').sort().join(', ')})`,
    )
    .replaceAll(/^.*(<span>|<short id>|CREATED|STATUS|IMAGE ID|CONTAINER ID|PID).*$/gm, (line) => line.replaceAll(/ {2,}/g, '  '))
}

/** A recording's steps: each begins with a line `$ …` and ends where the next one begins. */
export function readRecording(scenario: string, file: 'docker' | 'ours'): readonly string[] {
  const path = join(goldenRoot, scenario, file)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split(/^(?=\$ )/m)
    .filter((part) => part !== '')
}
