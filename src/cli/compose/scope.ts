import type { Scope } from '../../commands/scope.ts'
import { loadCachedProject, withRemotes } from '../../project/cache.ts'
import type { Project } from '../../project/model.ts'
import type { LoadOptions } from '../../project/options.ts'
import type { Invocation } from '../verb.ts'
import { createWarner } from './warn.ts'

/** Root's own; where it cannot be written, files are simply read each time. */
export const cacheDirectory = '/var/cache/tscompose/projects'
/** Checkouts and artifacts; bind mounts of running containers may lead into them. */
const remotesDirectory = '/var/cache/tscompose/remotes'

export interface NamedScope extends Scope {
  /** Prints a warning to stderr. */
  readonly warn: (message: string) => void
}

export interface ProjectScope extends NamedScope {
  readonly project: Project
}

export type Selection = Pick<LoadOptions, 'services' | 'dependencies'>

/** Loads the project (files are a must), then connects to the engine. */
export async function projectScope(invocation: Invocation, selection: Selection = {}): Promise<ProjectScope> {
  const project = await loadFor(invocation, selection)
  return { ...(await connected(invocation, project.name)), project }
}

/**
 * For commands that need no more than labels: with -p and no -f the name is enough and no file is read;
 * otherwise the project is loaded, and where that fails COMPOSE_PROJECT_NAME has to do.
 */
export async function nameScope(invocation: Invocation): Promise<NamedScope> {
  const { files, projectName } = invocation.root
  if (projectName !== undefined && files.length === 0) return connected(invocation, projectName)
  const fallback = invocation.terminal.env.COMPOSE_PROJECT_NAME
  let project: Project
  try {
    // Containers of every profile are meant: what runs does not depend on today's --profile.
    project = await loadFor(invocation, {})
  } catch (error) {
    if (fallback === undefined || fallback === '') throw error
    return connected(invocation, fallback)
  }
  return { ...(await connected(invocation, project.name)), project }
}

async function connected(invocation: Invocation, projectName: string): Promise<NamedScope> {
  const engine = await invocation.connect()
  return {
    engine,
    projectName,
    // The reporter is made when there is something to report.
    sink: (event) => invocation.reporter().sink(event),
    signal: invocation.signal,
    limit: invocation.root.parallel,
    dryRun: invocation.root.dryRun,
    askProvider: async (request) => {
      const { callProvider } = await import('../../remotes/provider.ts')
      return callProvider({ ...request, env: definedOnly(invocation.terminal.env) })
    },
    warn: createWarner(invocation.terminal, invocation.reporter),
  }
}

/** The project the root flags name; warnings go to stderr. */
export async function loadFor(invocation: Invocation, selection: Selection): Promise<Project> {
  return (await loadWithFiles(invocation, selection)).project
}

/** The same with every file the project was made from, and those that were looked for. */
export async function loadWithFiles(
  invocation: Invocation,
  selection: Selection,
): Promise<{ readonly project: Project; readonly files: readonly string[] }> {
  const { terminal, reporter } = invocation
  const options = await loadOptions(invocation, selection)
  const { project, diagnostics, files } = await fetching(invocation, options, (complete) => loadCachedProject(complete, cacheDirectory))
  const warn = createWarner(terminal, reporter)
  for (const { message } of diagnostics) warn(message)
  return { project, files }
}

/** Runs a load; the git repositories and registries its files name are asked when it comes to them. */
export async function fetching<T>(
  invocation: Invocation,
  options: LoadOptions,
  load: (options: LoadOptions) => T | Promise<T>,
): Promise<T> {
  const { terminal, signal } = invocation
  const mounted = (): Promise<readonly string[] | undefined> => mountedPaths(invocation).catch(() => undefined)
  const fetch = async (reference: string): Promise<string> => {
    const { createFetcher } = await import('../../remotes/fetch.ts')
    return createFetcher({ directory: remotesDirectory, env: terminal.env, signal, mounted })(reference)
  }
  return withRemotes(options, fetch, load)
}

/** What containers of the host have mounted; rejects where no engine runs. */
async function mountedPaths({ connect }: Invocation): Promise<readonly string[]> {
  const engine = await connect({ start: false })
  const containers = await engine.containers.list({ all: true })
  return containers.flatMap(({ mounts }) => mounts.map(({ source }) => source))
}

export async function loadOptions({ root, terminal }: Invocation, selection: Selection): Promise<LoadOptions> {
  const { projectName, projectDirectory } = root
  return {
    files: root.files,
    ...(projectName === undefined ? {} : { projectName }),
    ...(projectDirectory === undefined ? {} : { projectDirectory }),
    profiles: root.profiles,
    ...(root.envFiles.length === 0 ? {} : { envFiles: root.envFiles }),
    env: definedOnly(terminal.env),
    cwd: terminal.cwd,
    ...(root.files.includes('-') ? { stdin: await terminal.readStdin() } : {}),
    allResources: root.allResources,
    ...selection,
  }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
