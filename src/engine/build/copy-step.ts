import { mkdtemp, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { isMalformed } from '../../base/path-pattern.ts'
import { unpackArchives } from './archives.ts'
import type { BuildRun } from './build-run.ts'
import { layerKey } from './cache.ts'
import type { CopyRequest } from './context/copy.ts'
import { parseModeChange } from './context/mode.ts'
import type { Tasks, TreeRequest } from './context/tasks.ts'
import { expandText } from './dockerfile/expand.ts'
import type { InlineFile, Instruction } from './dockerfile/instruction.ts'
import { type LayerWork, makeLayer } from './layer.ts'
import { resolveOwner } from './owner.ts'
import { parseRemote } from './remote/location.ts'
import { copyRemote, type RemoteSource, resolveRemotes } from './remote/sources.ts'
import { expandAt, expanding } from './stages.ts'
import { type LayerResult, lookupIn, type StageState } from './state.ts'

type CopyInstruction = Instruction<'COPY' | 'ADD'>
type Found = Awaited<ReturnType<Tasks['digest']>>

/** Where the files come from: a host directory, named by the chain it shows where it is a stage or image. */
export interface CopySource {
  readonly tree: () => Promise<TreeRequest>
  /** Absent for the build context. */
  readonly chainId?: string
  readonly words: string
}

interface ExpandedCopy {
  readonly keyword: 'COPY' | 'ADD'
  readonly patterns: readonly string[]
  /** Sources of ADD that are not on this machine. */
  readonly remotes: readonly string[]
  readonly unpack: boolean | undefined
  readonly link: boolean
  readonly inline: readonly { readonly name: string; readonly content: string }[]
  /** Absolute; a slash at the end means a directory. */
  readonly destination: string
  readonly chown: string | undefined
  readonly chmod: string | undefined
  readonly parents: boolean
  readonly exclude: readonly string[]
  readonly createdBy: string
}

/** Runs COPY or ADD; returns the layer and the words the history has for it. */
export async function copyStep(
  run: BuildRun,
  state: StageState,
  { instruction, source }: { readonly instruction: CopyInstruction; readonly source: CopySource },
): Promise<{ readonly layer: LayerResult & { readonly cached: boolean }; readonly createdBy: string }> {
  const copy = expandCopy(run, state, instruction)
  const checksum = instruction.keyword === 'ADD' ? instruction.checksum : undefined
  const remotes = await resolveRemotes(run, copy.remotes, {
    keepGitDirectory: instruction.keyword === 'ADD' && instruction.keepGitDir,
    ...(checksum === undefined ? {} : { checksum: expandAt(run.source, instruction, checksum, { lookup: lookupIn(state) }) }),
  })
  const found = createFinder(run, copy, source)
  const facts = { parent: state.chainId, ...copy, remotes: remotes.map((remote) => remote.facts), createdBy: undefined }
  const byChain = source.chainId === undefined ? [] : [() => layerKey({ ...facts, from: source.chainId })]
  const keys: LayerWork['keys'] = [
    ...byChain,
    async () => layerKey({ ...facts, patterns: copy.patterns.length, content: (await found()).digest }),
  ]
  const layer = await makeLayer(run, state, {
    keys,
    detached: copy.link,
    change: async ({ merged, upper }) => {
      // A linked layer is made as if nothing lay below it: no link there is followed, no directory keeps its old mode.
      const rootfs = copy.link ? upper : merged
      const names = copy.link && state.chainId !== '' && copy.chown !== undefined ? await run.chains.path(state.chainId) : rootfs
      await fillRoot(run, rootfs, { copy, source, found: await found(), remotes, names })
      return undefined
    },
  })
  return { layer, createdBy: copy.createdBy }
}

function expandCopy(run: BuildRun, state: StageState, instruction: CopyInstruction): ExpandedCopy {
  const lookup = lookupIn(state)
  const expand = (text: string): string => expandAt(run.source, instruction, text, { lookup })
  const chown = instruction.chown === undefined ? undefined : expand(instruction.chown)
  const chmod = instruction.chmod === undefined ? undefined : expand(instruction.chmod)
  const sources = instruction.sources.map(expand)
  const remotes = instruction.keyword === 'ADD' ? sources.filter((source) => parseRemote(source) !== undefined) : []
  const destination = expand(instruction.destination)
  const inline = instruction.inline.map((file) => expandInline(run, instruction, { file, state }))
  const flags = [chown === undefined || chown === '' ? [] : [`--chown=${chown}`], chmod === undefined ? [] : [`--chmod=${chmod}`]].flat()
  const names = [...sources, ...inline.map(({ name }) => `<<${name}`)]
  return {
    keyword: instruction.keyword,
    // Only with --parents does `**` reach into directories; elsewhere it is what `*` is.
    patterns: sources
      .filter((pattern) => !remotes.includes(pattern))
      .map((pattern) => (instruction.parents ? pattern : pattern.replace(/\*{2,}/g, '*'))),
    remotes,
    unpack: instruction.keyword === 'ADD' ? instruction.unpack : undefined,
    link: instruction.link,
    inline,
    destination: absoluteDestination(state, destination),
    chown,
    chmod,
    parents: instruction.parents,
    exclude: instruction.exclude,
    createdBy: `${instruction.keyword} ${[...flags, ...names, destination].join(' ')} # buildkit`,
  }
}

function expandInline(
  run: BuildRun,
  instruction: CopyInstruction,
  { file, state }: { readonly file: InlineFile; readonly state: StageState },
): { name: string; content: string } {
  const options = { lookup: lookupIn(state), escapeChar: instruction.escapeChar }
  const content = file.expand ? expanding(run.source, instruction, () => expandText(file.content, options)) : file.content
  return { name: file.name, content }
}

function absoluteDestination(state: StageState, destination: string): string {
  const absolute = posix.resolve('/', state.config.WorkingDir ?? '/', destination)
  const directory = /(?:^|\/)\.{0,2}$/.test(destination)
  return directory && !absolute.endsWith('/') ? `${absolute}/` : absolute
}

/** Looks the sources up and hashes them, once, when first asked. */
function createFinder(run: BuildRun, copy: ExpandedCopy, source: CopySource): () => Promise<Found> {
  let found: Promise<Found> | undefined
  return () => {
    found ??= findSources(run, copy, source)
    return found
  }
}

async function findSources(run: BuildRun, copy: ExpandedCopy, source: CopySource): Promise<Found> {
  const malformed = [...copy.patterns, ...copy.exclude].find(isMalformed)
  if (malformed !== undefined)
    throw new TscomposeError('invalid', 'COPY_PATTERN_INVALID', `in ${JSON.stringify(malformed)} a class [ is never closed`, {
      hint: 'for the character itself write [[]',
    })
  const tree = { ...(await source.tree()), exclude: copy.exclude }
  const found = await run.worker.run('digest', { tree, patterns: copy.patterns, preserve: source.chainId !== undefined })
  const [missing] = found.missing
  if (missing !== undefined) throw sourceMissing(missing, found, source)
  return found
}

function sourceMissing(pattern: string, found: Found, source: CopySource): TscomposeError {
  const hint = found.ignored.includes(pattern)
    ? '.dockerignore leaves it out; add a line !PATH to take it back'
    : source.chainId === undefined
      ? 'paths are relative to the build context directory, and nothing outside it can be copied'
      : 'check the path in the stage or image it is copied from'
  return new TscomposeError('not-found', 'COPY_SOURCE_NOT_FOUND', `${JSON.stringify(pattern)} not found in ${source.words}`, { hint })
}

interface Filling {
  readonly copy: ExpandedCopy
  readonly source: CopySource
  readonly found: Found
  readonly remotes: readonly RemoteSource[]
  /** Root whose users and groups names stand for. */
  readonly names: string
}

async function fillRoot(run: BuildRun, rootfs: string, { copy, source, found, remotes, names }: Filling): Promise<void> {
  const owner = copy.chown === undefined || copy.chown === '' ? undefined : resolveOwner(names, copy.chown)
  const ownerOrRoot = owner ?? (source.chainId === undefined ? { uid: 0, gid: 0 } : undefined)
  const chmod = copy.chmod === undefined ? undefined : parseModeChange(copy.chmod)
  const request: Omit<CopyRequest, 'patterns'> = {
    rootfs,
    destination: copy.destination,
    parents: copy.parents,
    preserve: source.chainId !== undefined,
    ...(ownerOrRoot === undefined ? {} : { owner: ownerOrRoot }),
    ...(chmod === undefined ? {} : { chmod }),
  }
  const tree = { ...(await source.tree()), exclude: copy.exclude }
  const unpacked = copy.keyword === 'ADD' && copy.unpack !== false ? await unpackArchives(run, { tree, found, request, owner }) : false
  if (copy.patterns.length > 0 && !unpacked) await run.worker.run('copy', { tree, copy: { ...request, patterns: copy.patterns } })
  for (const remote of remotes) await copyRemote(run, remote, { ...request, unpack: copy.unpack === true })
  if (copy.inline.length > 0) await copyInline(run, copy, request)
}

async function copyInline(run: BuildRun, copy: ExpandedCopy, request: Omit<CopyRequest, 'patterns'>): Promise<void> {
  const root = await mkdtemp(join(await run.scratch(), 'inline-'))
  for (const { name, content } of copy.inline) await writeFile(join(root, posix.basename(name)), content, { mode: 0o644 })
  const patterns = copy.inline.map(({ name }) => posix.basename(name))
  await run.worker.run('copy', { tree: { root }, copy: { ...request, owner: request.owner ?? { uid: 0, gid: 0 }, patterns } })
}
