import { hasErrno } from '../base/errors.ts'
import type { Project } from '../project/model.ts'
import { type FileContent, type FileContents, filePathsOf } from './spec/files.ts'

/** Larger files are mounted instead of injected: they would pass the socket and the container's record. */
const injectedBytes = 1024 * 1024

/** Reads the files of a project's configs and secrets. A missing one is no failure yet: it may belong to no container. */
export async function readContents(project: Project): Promise<FileContents> {
  const paths = filePathsOf(project)
  return new Map(await Promise.all(paths.map(async (path) => [path, await readContent(path)] as const)))
}

async function readContent(path: string): Promise<FileContent> {
  // Few projects have any, and the module takes milliseconds to load.
  const { readFile, stat } = await import('node:fs/promises')
  try {
    const found = await stat(path)
    // Directories, sockets and devices have no content to inject.
    if (!found.isFile() || found.size > injectedBytes) return { kind: 'mount' }
    return { kind: 'content', base64: (await readFile(path)).toString('base64') }
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return { kind: 'missing' }
    throw error
  }
}
