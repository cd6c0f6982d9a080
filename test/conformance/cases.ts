import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProjectError } from '../../src/project/diagnostic.ts'
import { loadProject } from '../../src/project/load.ts'
import type { LoadOptions } from '../../src/project/options.ts'
import { renderConfig } from '../../src/project/render.ts'

/*
 * A case is a directory: compose.yaml and what it needs, case.json with options where there are any, and
 * expected.json with what docker compose 2.40 said. Paths are written relative to $DIR (the case) and $CASES.
 */

export const casesRoot: string = join(import.meta.dirname, 'cases')

export interface CaseOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly files?: readonly string[]
  readonly profiles?: readonly string[]
  readonly services?: readonly string[]
  /** A heading of DIFFERENCES.md: here the two are meant to differ. */
  readonly difference?: string
}

/** What loading came to: the canonical project, or the fact that it was refused. */
export type Outcome = { readonly config: unknown } | { readonly error: string }

export function caseNames(): readonly string[] {
  return readdirSync(casesRoot, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

export function readOptions(name: string): CaseOptions {
  const path = join(casesRoot, name, 'case.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as CaseOptions) : {}
}

export function readExpected(name: string): Outcome {
  return JSON.parse(readFileSync(join(casesRoot, name, 'expected.json'), 'utf8')) as Outcome
}

const environmentOf = (options: CaseOptions): Record<string, string> => ({ HOME: '/home/user', ...options.env })

export function runOurs(name: string): Outcome {
  const { files, profiles, services, difference: _difference, env: _env, ...rest } = readOptions(name)
  const options: LoadOptions = {
    ...rest,
    ...(files === undefined ? {} : { files }),
    ...(profiles === undefined ? {} : { profiles }),
    ...(services === undefined ? {} : { services }),
    env: environmentOf(readOptions(name)),
    cwd: join(casesRoot, name),
  }
  try {
    return { config: relocate(JSON.parse(renderConfig(loadProject(options).project, { format: 'json' })), name) }
  } catch (error) {
    // Anything but an error made for people is a bug, and must fail the test as itself.
    if (error instanceof Error && error.name === 'TscomposeError')
      return { error: isProjectError(error) ? (error.diagnostics[0]?.message ?? '') : error.message }
    throw error
  }
}

export function runOracle(binary: string, name: string): Outcome {
  const options = readOptions(name)
  const args = [
    ...(options.files ?? []).flatMap((file) => ['-f', file]),
    ...(options.profiles ?? []).flatMap((profile) => ['--profile', profile]),
  ]
  const result = spawnSync(binary, [...args, 'config', '--format', 'json', ...(options.services ?? [])], {
    cwd: join(casesRoot, name),
    env: { PATH: process.env['PATH'] ?? '', ...environmentOf(options) },
    encoding: 'utf8',
  })
  if (result.status !== 0) return { error: String(relocate(result.stderr.trim(), name)) }
  return { config: relocate(JSON.parse(result.stdout), name) }
}

/** docker compose 2.40 as $COMPOSE_ORACLE or on PATH; undefined where there is none. */
export function findOracle(): string | undefined {
  const binary = process.env['COMPOSE_ORACLE'] ?? 'docker-compose'
  try {
    return /2\.40\./.test(execFileSync(binary, ['version', '--short'], { encoding: 'utf8' })) ? binary : undefined
  } catch {
    return undefined
  }
}

function relocate(value: unknown, name: string): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(join(casesRoot, name), '$DIR').replaceAll(casesRoot, '$CASES'))
}
