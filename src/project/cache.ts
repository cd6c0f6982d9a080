import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256, stableJson } from '../base/hash.ts'
import type { RemoteNeeded } from './load/remote.ts'
import type { LoadOptions, ProjectResult } from './options.ts'

/*
 * Loaded projects, kept by the content of everything they were made from: each file that was read or looked for, and
 * the variables whose names occur in them. A hit costs reading those files; YAML, schema and phases are not even
 * imported. Anything unexpected in the cache is a miss.
 */

/** Goes up with every change of the model or of a phase. */
const format = 4
const keptEntries = 200

export interface CachedResult extends ProjectResult {
  readonly fromCache: boolean
  /** Every file that was read or looked for; `-` is standard input. */
  readonly files: readonly string[]
}

interface Header {
  readonly format: number
  /** Path and hash of each input; null: there was no such file. */
  readonly inputs: readonly (readonly [string, string | null])[]
  readonly variables: string
}

interface Payload extends Omit<ProjectResult, 'environment'> {
  /** Variables that came from `.env` files. */
  readonly fromFiles: Readonly<Record<string, string>>
}

/** Gives the local compose file of a git or OCI reference, fetched if need be. */
export type FetchRemote = (reference: string) => Promise<string>

/**
 * Runs a load again and again, fetching what it turns out to need in between. Every turn fetches something new, so it ends
 * when the files do; `fetch` is asked once for each reference.
 */
export async function withRemotes<T>(options: LoadOptions, fetch: FetchRemote, load: (options: LoadOptions) => T | Promise<T>): Promise<T> {
  const remotes: Record<string, string> = { ...options.remotes }
  for (let turn = 0; ; turn++) {
    try {
      return await load(turn === 0 ? options : { ...options, remotes })
    } catch (error) {
      if (!isRemoteNeeded(error) || turn >= maximumRemotes) throw error
      remotes[error.reference] = await fetch(error.reference)
    }
  }
}

/** A chain of includes that never ends must end. */
const maximumRemotes = 100

/** Without importing the loader for it. */
function isRemoteNeeded(error: unknown): error is RemoteNeeded {
  return error instanceof Error && error.name === 'RemoteNeeded'
}

/** Loads a project, from `directory` where nothing has changed since it was put there. Errors are never cached. */
export async function loadCachedProject(options: LoadOptions, directory: string): Promise<CachedResult> {
  const path = join(directory, `${keyOf(options)}.json`)
  const hit = readEntry(path, options)
  if (hit !== undefined) return hit
  const { loadProject } = await import('./load.ts')
  const { project, environment, diagnostics, inputs } = loadProject(options)
  writeEntry(directory, path, { options, inputs, payload: { project, diagnostics, fromFiles: withoutGiven(environment, options.env) } })
  return { project, environment, diagnostics, fromCache: false, files: [...inputs.keys()] }
}

function keyOf({ env: _env, stdin: _stdin, ...rest }: LoadOptions): string {
  return sha256(`${format}:${stableJson(rest)}`)
}

function withoutGiven(environment: Readonly<Record<string, string>>, given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name, value]) => given[name] !== value))
}

function readEntry(path: string, options: LoadOptions): CachedResult | undefined {
  try {
    const entry = readFileSync(path, 'utf8')
    const newline = entry.indexOf('\n')
    const header = JSON.parse(entry.slice(0, newline)) as Header
    if (header.format !== format) return undefined
    const texts: string[] = []
    for (const [input, hash] of header.inputs) {
      const text = readInput(input, options)
      if ((text === undefined ? null : sha256(text)) !== hash) return undefined
      if (text !== undefined) texts.push(text)
    }
    if (variablesDigest(options.env, texts) !== header.variables) return undefined
    const { project, diagnostics, fromFiles } = JSON.parse(entry.slice(newline + 1)) as Payload
    if (typeof project !== 'object' || project === null) return undefined
    return {
      project,
      diagnostics,
      environment: { ...options.env, ...fromFiles },
      fromCache: true,
      files: header.inputs.map(([input]) => input),
    }
  } catch {
    return undefined
  }
}

function readInput(path: string, options: LoadOptions): string | undefined {
  if (path === '-') return options.stdin ?? ''
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Variables that decide which files are read, or what `~` is, though no file names them. */
const alwaysUsed: ReadonlySet<string> = new Set(['HOME', 'DOCKER_DEFAULT_PLATFORM'])

/** A variable can only matter if some file has its name as a word. */
function variablesDigest(env: Readonly<Record<string, string>>, texts: readonly string[]): string {
  const used = Object.entries(env).filter(
    ([name]) => name.startsWith('COMPOSE_') || alwaysUsed.has(name) || texts.some((text) => hasWord(text, name)),
  )
  return sha256(JSON.stringify(used.sort(([a], [b]) => (a < b ? -1 : 1))))
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!isWordCharacter(text.charCodeAt(at - 1)) && !isWordCharacter(text.charCodeAt(at + word.length))) return true
  }
  return false
}

function isWordCharacter(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
}

interface Entry {
  readonly options: LoadOptions
  readonly inputs: ReadonlyMap<string, string | null>
  readonly payload: Payload
}

/** Keeps an entry; a cache that cannot be written is no reason to fail. Values may be secret: only the owner reads. */
function writeEntry(directory: string, path: string, { options, inputs, payload }: Entry): void {
  const texts = [...inputs.values()].filter((text) => text !== null)
  const header: Header = {
    format,
    inputs: [...inputs].map(([input, text]) => [input, text === null ? null : sha256(text)] as const),
    variables: variablesDigest(options.env, texts),
  }
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(temporary, `${JSON.stringify(header)}\n${JSON.stringify(payload)}`, { mode: 0o600 })
    renameSync(temporary, path)
    prune(directory)
  } catch {
    // A cache is a convenience: other users than root have none.
    removeQuietly(temporary)
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It was never made.
  }
}

function prune(directory: string): void {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'))
  if (names.length <= keptEntries) return
  const byAge = names
    .map((name) => ({ path: join(directory, name), time: statSync(join(directory, name)).mtimeMs }))
    .sort((a, b) => a.time - b.time)
  for (const { path } of byAge.slice(0, names.length - keptEntries)) rmSync(path, { force: true })
}
