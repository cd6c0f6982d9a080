import { mkdtemp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { isArchive, unpack } from './archives.ts'
import type { BuildRun } from './build-run.ts'
import type { TreeRequest } from './context/tasks.ts'
import type { DockerfileSource } from './dockerfile/source.ts'
import { foreignContextTree, readContextTree, readDockerfile, readForeignDockerfile } from './read-context.ts'
import type { Downloaded } from './remote/download.ts'
import { parseRemote } from './remote/location.ts'
import { fetchTree } from './remote/sources.ts'

/** What opening a context needs of its build. */
export type ContextTools = Pick<BuildRun, 'deps' | 'spec' | 'worker' | 'scratch' | 'signal'>

export interface OpenedContext {
  readonly source: DockerfileSource
  readonly tree: TreeRequest
}

/**
 * The build's context and Dockerfile: a directory, a git repository, an archive (a file here or at a web server), or a
 * lone Dockerfile at a web server, which has no context.
 */
export async function openContext(tools: ContextTools): Promise<OpenedContext> {
  const { spec, deps } = tools
  const root = await openForeign(tools, spec.context)
  if (root === undefined) return { source: await readDockerfile(spec), tree: await readContextTree(spec, deps.paths.dataRoot) }
  if (root.kind === 'tree') return { source: await readForeignDockerfile(root.path, spec), tree: foreignContextTree(root.path, spec) }
  const empty = await mkdtemp(join(await tools.scratch(), 'empty-'))
  const source = await readDockerfile({ ...spec, context: empty, dockerfile: root.path })
  return { source, tree: { root: empty } }
}

/** The directory of a named context; relative to nothing, so it must be absolute or remote. */
export async function openNamedContext(tools: ContextTools, value: string): Promise<string> {
  const root = await openForeign(tools, value)
  if (root === undefined) return value
  if (root.kind === 'tree') return root.path
  throw new TscomposeError('invalid', 'BUILD_CONTEXT_NOT_FOUND', `the context ${value} is a single file`, {
    hint: 'give a directory, an archive, or a git repository',
  })
}

type Foreign = { readonly kind: 'tree' | 'file'; readonly path: string }

/** Undefined for a directory of this machine. */
async function openForeign(tools: ContextTools, text: string): Promise<Foreign | undefined> {
  const location = parseRemote(text, { context: true })
  if (location?.kind === 'git') return { kind: 'tree', path: await fetchTree(tools, location) }
  if (location?.kind === 'http') {
    const store = join(tools.deps.paths.dataRoot, 'build-cache', 'http')
    const file: Downloaded = await tools.worker.run('download', { url: location.url, store, proxies: await tools.deps.proxies() })
    return openFile(tools, file.path)
  }
  const found = await stat(text).catch(() => undefined)
  return found?.isFile() === true ? openFile(tools, text) : undefined
}

async function openFile(tools: ContextTools, path: string): Promise<Foreign> {
  const tree = (await isArchive(path)) ? await unpack(tools, path) : undefined
  return tree === undefined ? { kind: 'file', path } : { kind: 'tree', path: tree }
}
