import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import { run as runCommand } from '../../sys/process.ts'
import type { BuildRun } from './build-run.ts'
import { layerKey } from './cache.ts'
import type { CopyRequest } from './context/copy.ts'
import { parseModeChange } from './context/mode.ts'
import type { Tasks, TreeRequest } from './context/tasks.ts'
import { expandText } from './dockerfile/expand.ts'
import type { InlineFile, Instruction } from './dockerfile/instruction.ts'
import { type LayerWork, makeLayer } from './layer.ts'
import { resolveOwner } from './owner.ts'
import { expandAt, expanding } from './stages.ts'
import { type LayerResult, lookupIn, type StageState } from './state.ts'

type CopyInstruction = Instruction<'COPY' | 'ADD'>
type Found = ReturnType<Tasks['digest']>

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
  refuseRemote(copy)
  const found = createFinder(run, copy, source)
  const facts = { parent: state.chainId, ...copy, createdBy: undefined }
  const byChain = source.chainId === undefined ? [] : [() => layerKey({ ...facts, from: source.chainId })]
  const keys: LayerWork['keys'] = [
    ...byChain,
    async () => layerKey({ ...facts, patterns: copy.patterns.length, content: (await found()).digest }),
  ]
  const layer = await makeLayer(run, state, {
    keys,
    change: async ({ merged }) => {
      await fillRoot(run, merged, { copy, source, found: await found() })
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
  const patterns = instruction.sources.map(expand)
  const destination = expand(instruction.destination)
  const inline = instruction.inline.map((file) => expandInline(run, instruction, { file, state }))
  const flags = [
    chown === undefined ? [] : [`--chown=${chown}`],
    chmod === undefined ? [] : [`--chmod=${chmod}`],
    instruction.link ? ['--link'] : [],
  ].flat()
  const names = [...patterns, ...inline.map(({ name }) => `<<${name}`)]
  return {
    keyword: instruction.keyword,
    patterns,
    inline,
    destination: absoluteDestination(state, destination),
    chown,
    chmod,
    parents: instruction.parents,
    exclude: instruction.exclude.map(expand),
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

function refuseRemote({ keyword, patterns }: ExpandedCopy): void {
  const remote = keyword === 'ADD' ? patterns.find((pattern) => /^(?:https?:\/\/|git@|git:\/\/|ssh:\/\/)/.test(pattern)) : undefined
  if (remote !== undefined)
    throw new TscomposeError('unsupported', 'UNSUPPORTED_ADD_SOURCE', `ADD from ${remote} is not supported yet`, {
      hint: 'download it in a RUN step, or put the file into the build context',
    })
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
  const tree = { ...(await source.tree()), exclude: copy.exclude }
  const found = await run.worker.run('digest', { tree, patterns: copy.patterns, preserve: source.chainId !== undefined })
  const [missing] = found.missing
  if (missing !== undefined) throw sourceMissing(missing, found, source)
  if (found.count > 1 && !copy.destination.endsWith('/') && copy.patterns.length > 1)
    throw new TscomposeError('invalid', 'COPY_NEEDS_DIRECTORY', `with several sources the destination must be a directory`, {
      hint: `end it with a slash: ${copy.destination}/`,
    })
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
}

async function fillRoot(run: BuildRun, rootfs: string, { copy, source, found }: Filling): Promise<void> {
  const owner = copy.chown === undefined ? undefined : resolveOwner(rootfs, copy.chown)
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
  const unpacked = copy.keyword === 'ADD' ? await unpackArchives(run, { tree, found, request, owner }) : false
  if (copy.patterns.length > 0 && !unpacked) await run.worker.run('copy', { tree, copy: { ...request, patterns: copy.patterns } })
  if (copy.inline.length > 0) await copyInline(run, copy, request)
}

async function copyInline(run: BuildRun, copy: ExpandedCopy, request: Omit<CopyRequest, 'patterns'>): Promise<void> {
  const root = await mkdtemp(join(await run.scratch(), 'inline-'))
  for (const { name, content } of copy.inline) await writeFile(join(root, posix.basename(name)), content, { mode: 0o644 })
  const patterns = copy.inline.map(({ name }) => posix.basename(name))
  await run.worker.run('copy', { tree: { root }, copy: { ...request, owner: request.owner ?? { uid: 0, gid: 0 }, patterns } })
}

/**
 * ADD unpacks a local archive. It goes to an empty directory first, where no link of the image can lead astray, and is
 * copied from there by the same rules as everything else. False where no source is an archive.
 */
async function unpackArchives(
  run: BuildRun,
  {
    tree,
    found,
    request,
    owner,
  }: {
    readonly tree: TreeRequest
    readonly found: Found
    readonly request: Omit<CopyRequest, 'patterns'>
    readonly owner: CopyRequest['owner']
  },
): Promise<boolean> {
  const archives = await Promise.all(found.files.map(async (path) => ((await isArchive(join(tree.root, path))) ? path : undefined)))
  if (archives.every((path) => path === undefined)) return false
  const { owner: _rootOwner, ...rest } = request
  for (const [index, path] of found.files.entries()) {
    const staging = archives[index] === undefined ? undefined : await unpack(run, join(tree.root, path))
    if (staging === undefined) {
      await run.worker.run('copy', { tree, copy: { ...request, patterns: [escapePattern(path)] } })
      continue
    }
    const destination = rest.destination.endsWith('/') ? rest.destination : `${rest.destination}/`
    const copy = { ...rest, ...(owner === undefined ? {} : { owner }), destination, preserve: true, patterns: ['.'] }
    await run.worker.run('copy', { tree: { root: staging }, copy })
    await rm(staging, { recursive: true, force: true })
  }
  if (found.directories > 0)
    throw new TscomposeError('unsupported', 'UNSUPPORTED_ADD_SOURCE', 'ADD cannot mix archives and directories', {
      hint: 'write two ADD instructions',
    })
  return true
}

function escapePattern(path: string): string {
  return path.replace(/[*?[\\]/g, '\\$&')
}

const magics: readonly { readonly offset: number; readonly bytes: string }[] = [
  { offset: 0, bytes: '1f8b' },
  { offset: 0, bytes: '425a68' },
  { offset: 0, bytes: 'fd377a585a00' },
  { offset: 0, bytes: '28b52ffd' },
  { offset: 257, bytes: '7573746172' },
]

async function isArchive(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(262), 0, 262, 0)
    const head = buffer.subarray(0, bytesRead).toString('hex')
    return magics.some(({ offset, bytes }) => head.startsWith(bytes, offset * 2))
  } finally {
    await file.close()
  }
}

/** The directory it was unpacked to, or undefined for a compressed file that is no tar archive. */
async function unpack(run: BuildRun, path: string): Promise<string | undefined> {
  const staging = await mkdtemp(join(await run.scratch(), 'add-'))
  const content = join(staging, 'content')
  await mkdir(content, { mode: 0o755 })
  const attributes = ['--xattrs', '--xattrs-include=security.capability', '--xattrs-include=user.*']
  try {
    await runCommand('tar', ['-x', '-p', '--numeric-owner', ...attributes, '-f', path, '-C', content], { signal: run.signal })
    // Some compressed files that are no archives pass for empty ones.
    return (await readdir(content)).length === 0 ? undefined : content
  } catch (error) {
    if (!hasCode(error, 'COMMAND_FAILED')) throw error
    return undefined
  }
}
