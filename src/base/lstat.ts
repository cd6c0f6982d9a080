import { lstatSync, type Stats } from 'node:fs'
import { hasErrno } from './errors.ts'

/** Status of what is at a path now, links not followed; undefined where there is nothing, or a file where a directory was. What may not be looked at throws EACCES, or is `missing`. */
export function lstatIfThere(path: string, { denied = 'throw' }: { readonly denied?: 'throw' | 'missing' } = {}): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // Node takes only ENOENT for no entry.
    if (hasErrno(error, 'ENOTDIR') || (denied === 'missing' && hasErrno(error, 'EACCES'))) return undefined
    throw error
  }
}
