import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { TscomposeError } from '../base/errors.ts'

const names = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

/** The compose file at `path` of a downloaded tree: the file itself, or the one of the usual names in a directory. */
export function findComposeFile(root: string, path: string, reference: string): string {
  const place = insideOf(root, path, reference)
  if (!existsSync(place)) throw missing(reference, `there is no ${path} in it`)
  if (!statSync(place).isDirectory()) return place
  const file = names.map((name) => join(place, name)).find((candidate) => existsSync(candidate))
  if (file === undefined) throw missing(reference, `there is none of ${names.join(', ')} in it`)
  insideOf(root, file, reference)
  return file
}

/** What somebody else wrote must not lead out of its own tree, neither by dots nor by links. */
export function insideOf(root: string, path: string, reference: string): string {
  const place = resolve(root, path.replace(/^\/+(?=.)/, root.startsWith('/') && path.startsWith(root) ? '/' : ''))
  const isInside = (candidate: string, base: string): boolean => candidate === base || candidate.startsWith(`${base}${sep}`)
  const real = lstatSync(place, { throwIfNoEntry: false }) === undefined ? undefined : realpathSync(place)
  if (isInside(place, root) && (real === undefined || isInside(real, realpathSync(root)))) return place
  throw new TscomposeError('invalid', 'BAD_REMOTE', `${reference}: ${path} leads out of it`)
}

function missing(reference: string, why: string): TscomposeError {
  return new TscomposeError('invalid', 'COMPOSE_FILE_NOT_FOUND', `${reference}: ${why}`, {
    hint: 'name the directory or file after the reference: repository#branch:path',
  })
}
