import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import type { TlsFiles } from '../parts.ts'

/**
 * Certificates for one registry, from the first of the directories that has a folder `<host>[:port]`, in Docker's form:
 * `*.crt` are authorities to trust besides the system's, `<name>.cert` with `<name>.key` is what this client shows.
 * Undefined where there are none; `invalid` BAD_CERTIFICATES where a key is missing.
 */
export async function readCertificates(directories: readonly string[], host: string): Promise<TlsFiles | undefined> {
  for (const directory of directories) {
    const folder = join(directory, host)
    const names = await namesIn(folder)
    if (names.length > 0) return readFolder(folder, [...names].sort())
  }
  return undefined
}

async function readFolder(folder: string, names: readonly string[]): Promise<TlsFiles> {
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  const pairs = names.filter((name) => name.endsWith('.cert')).map((name) => ({ cert: name, key: name.replace(/cert$/, 'key') }))
  for (const { cert, key } of pairs) {
    if (names.includes(key)) continue
    throw new TscomposeError('invalid', 'BAD_CERTIFICATES', `${join(folder, cert)} has no key`, {
      hint: `put its key into ${join(folder, key)}`,
    })
  }
  return {
    ca: await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read)),
    cert: await Promise.all(pairs.map(({ cert }) => read(cert))),
    key: await Promise.all(pairs.map(({ key }) => read(key))),
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return []
    throw error
  }
}
