import { mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import { run as runCommand } from '../../sys/process.ts'
import type { BuildRun } from './build-run.ts'
import type { CopyRequest } from './context/copy.ts'
import type { Tasks, TreeRequest } from './context/tasks.ts'

type Found = Awaited<ReturnType<Tasks['digest']>>

/**
 * ADD unpacks a local archive. It goes to an empty directory first, where no link of the image can lead astray, and is
 * copied from there by the same rules as everything else. False where no source is an archive.
 */
export async function unpackArchives(
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
  // Modes are the archive's own.
  const { owner: _rootOwner, chmod: _mode, ...rest } = request
  for (const [index, path] of found.files.entries()) {
    const staging = archives[index] === undefined ? undefined : await unpack(run, join(tree.root, path))
    if (staging === undefined) {
      await run.worker.run('copy', { tree, copy: { ...request, patterns: [escapePattern(path)] } })
      continue
    }
    const destination = rest.destination.endsWith('/') ? rest.destination : `${rest.destination}/`
    const given = owner === undefined ? {} : { owner }
    const copy = { ...rest, ...given, destination, preserve: true, replace: true, patterns: ['.'] }
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

export async function isArchive(path: string): Promise<boolean> {
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
export async function unpack(run: Pick<BuildRun, 'scratch' | 'signal'>, path: string): Promise<string | undefined> {
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
    // What gave nothing at all is no archive, and is copied as the file it is.
    if ((await readdir(content)).length === 0) return undefined
    throw new TscomposeError('invalid', 'ARCHIVE_INVALID', `cannot unpack ${posix.basename(path)}: ${error.message}`, {
      hint: 'make the archive again, or copy it as it is: COPY, or ADD --unpack=false',
      cause: error,
    })
  }
}
