import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno } from '../../../base/errors.ts'
import { findExecutable, run } from '../../../sys/process.ts'
import { type AptSource, parseAptSources } from './apt-sources.ts'

/** How this host gets its packages. */
export interface HostApt {
  readonly sources: readonly AptSource[]
  /** `bookworm`; '' where the host does not say. */
  readonly suite: string
  /** `http` and `https` proxies as URLs, where apt has them. */
  readonly proxies: Readonly<Record<string, string>>
}

export async function readHostApt(): Promise<HostApt> {
  const [list, parts, release, proxies] = await Promise.all([
    readText('/etc/apt/sources.list'),
    readParts('/etc/apt/sources.list.d'),
    readText('/etc/os-release'),
    readProxies(),
  ])
  const suite = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1] ?? ''
  return { sources: [...parseAptSources(list, false), ...parts], suite, proxies }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return ''
    throw error
  }
}

async function readParts(directory: string): Promise<readonly AptSource[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return []
    throw error
  })
  const files = names.filter((name) => /\.(list|sources)$/.test(name)).sort()
  const texts = await Promise.all(files.map((name) => readText(join(directory, name))))
  return texts.flatMap((text, index) => parseAptSources(text, files[index]?.endsWith('.sources') ?? false))
}

async function readProxies(): Promise<Readonly<Record<string, string>>> {
  if (findExecutable('apt-config') === undefined) return {}
  const { stdout } = await run('apt-config', ['dump'])
  const found = [...stdout.matchAll(/^Acquire::(https?)::proxy "([^"]+)";$/gim)].map(
    ([, scheme = '', url = '']) => [scheme.toLowerCase(), url] as const,
  )
  return Object.fromEntries(found.filter(([, url]) => /^https?:/.test(url)))
}
