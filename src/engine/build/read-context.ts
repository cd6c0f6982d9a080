import { closeSync, constants, fstatSync, readFileSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import { findBadIgnoreLine, parseIgnoreLines } from '../../base/ignore-rules.ts'
import { openDirectory, openInRoot } from '../../sys/files.ts'
import type { BuildSpec } from '../api.ts'
import type { TreeRequest } from './context/tasks.ts'
import { createSource, type DockerfileSource } from './dockerfile/source.ts'
import { withoutPassword } from './remote/location.ts'

/** More than this is no Dockerfile. */
const maximumSize = 4 << 20

/** Reads the Dockerfile of a context that is a directory. Rejects DOCKERFILE_NOT_FOUND or BUILD_CONTEXT_NOT_FOUND. */
export async function readDockerfile(spec: BuildSpec): Promise<DockerfileSource> {
  await checkContext(spec.context)
  if (spec.dockerfileInline !== undefined) return createSource('dockerfile_inline', spec.dockerfileInline)
  const path = resolve(spec.context, spec.dockerfile ?? 'Dockerfile')
  try {
    const found = await stat(path)
    if (!found.isFile() || found.size > maximumSize)
      throw new TscomposeError('invalid', 'DOCKERFILE_INVALID', `${path} is not a Dockerfile`, {
        hint: 'it must be a regular file of a few kilobytes',
      })
    return createSource(path, await readFile(path, 'utf8'))
  } catch (error) {
    if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'ENOTDIR')) throw error
    throw new TscomposeError('not-found', 'DOCKERFILE_NOT_FOUND', `no Dockerfile at ${path}`, {
      hint: await similarFiles(spec),
      target: path,
    })
  }
}

async function similarFiles(spec: BuildSpec): Promise<string> {
  const names = (await readdir(spec.context).catch(() => [])).filter(
    (name) => /dockerfile|containerfile/i.test(name) && !name.endsWith('.dockerignore'),
  )
  return names.length === 0
    ? 'create it, or set build.dockerfile or build.dockerfile_inline'
    : `there is ${names.join(', ')}; set build.dockerfile: ${names[0]}`
}

async function checkContext(context: string): Promise<void> {
  if (!isAbsolute(context))
    throw new TscomposeError('invalid', 'BUILD_CONTEXT_NOT_FOUND', `the build context ${JSON.stringify(context)} is no absolute path`)
  const found = await stat(context).catch(() => undefined)
  if (found?.isDirectory() === true) return
  throw new TscomposeError(
    'not-found',
    'BUILD_CONTEXT_NOT_FOUND',
    `the build context ${context} is ${found === undefined ? 'not there' : 'not a directory'}`,
    {
      hint: 'set build.context to a directory',
      target: context,
    },
  )
}

/**
 * Reads the Dockerfile of a context that came from elsewhere: no link in it leads out of it, so that it shows nothing of
 * this machine.
 */
export async function readForeignDockerfile(root: string, spec: BuildSpec): Promise<DockerfileSource> {
  if (spec.dockerfileInline !== undefined) return createSource('dockerfile_inline', spec.dockerfileInline)
  const name = spec.dockerfile ?? 'Dockerfile'
  const text = isAbsolute(name) ? await readFile(name, 'utf8') : readInside(root, name)
  if (text !== undefined) return createSource(name, text)
  throw new TscomposeError('not-found', 'DOCKERFILE_NOT_FOUND', `no ${name} in ${withoutPassword(spec.context)}`, {
    hint: 'set build.dockerfile, or write the directory after the address: #BRANCH:DIRECTORY',
  })
}

/** Content of a regular file inside a root, undefined where there is none. */
function readInside(root: string, path: string): string | undefined {
  const rootFd = openDirectory(root)
  try {
    const fd = openInRoot(rootFd, path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const found = fstatSync(fd)
      return found.isFile() && found.size <= maximumSize ? readFileSync(fd, 'utf8') : undefined
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR') || hasErrno(error, 'ELOOP')) return undefined
    throw error
  } finally {
    closeSync(rootFd)
  }
}

/** The tree of a context that came from elsewhere. */
export function foreignContextTree(root: string, spec: BuildSpec): TreeRequest {
  const candidates = [...(spec.dockerfileInline === undefined ? [`${spec.dockerfile ?? 'Dockerfile'}.dockerignore`] : []), '.dockerignore']
  const found = candidates.map((file) => ({ file, text: readInside(root, file) })).find(({ text }) => text !== undefined)
  return { root, ignore: ignoreLines(found?.file ?? '', found?.text ?? '') }
}

/** The context as a tree: with the rules of .dockerignore, and hashes remembered under the data root. */
export async function readContextTree(spec: BuildSpec, dataRoot: string): Promise<TreeRequest> {
  return {
    root: spec.context,
    ignore: await readIgnoreFile(spec),
    statCache: join(dataRoot, 'build-cache', 'stat', `${sha256(spec.context)}.json`),
  }
}

/** Throws DOCKERIGNORE_INVALID with the place of a line that means nothing. */
function ignoreLines(file: string, text: string): readonly string[] {
  const bad = findBadIgnoreLine(text)
  if (bad === undefined) return parseIgnoreLines(text)
  throw new TscomposeError(
    'invalid',
    'DOCKERIGNORE_INVALID',
    `line ${bad} of ${file} is no pattern: ${text.split('\n')[bad - 1]?.trim()}`,
    {
      hint: 'a class such as [a-z] must be closed, and ! needs a pattern behind it',
      position: { file, line: bad, column: 1 },
    },
  )
}

async function readIgnoreFile(spec: BuildSpec): Promise<readonly string[]> {
  const dockerfile = resolve(spec.context, spec.dockerfile ?? 'Dockerfile')
  const candidates = [...(spec.dockerfileInline === undefined ? [`${dockerfile}.dockerignore`] : []), join(spec.context, '.dockerignore')]
  for (const path of candidates) {
    try {
      return ignoreLines(path, await readFile(path, 'utf8'))
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'ENOTDIR')) throw error
    }
  }
  return []
}
