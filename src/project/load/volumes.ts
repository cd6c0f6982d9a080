import { posix } from 'node:path'
import { newTree, type Tree } from '../tree.ts'

export interface VolumeParts {
  readonly source?: string
  readonly target: string
  readonly options: readonly string[]
}

export type VolumeProblem = 'empty' | 'empty section' | 'too many colons'

/**
 * Splits `source:target:options`. A single letter before a colon is a Windows drive, even where it was meant as the
 * name of a volume: docker compose reads it so. Undefined where it cannot be split (see `volumeProblem`).
 */
export function splitVolume(spec: string): VolumeParts | undefined {
  const sections = volumeSections(spec)
  if (sections === undefined || sections.length > 3 || sections.includes('')) return undefined
  const [first = '', second, options = ''] = sections
  if (second === undefined) return { target: first, options: [] }
  return { source: first, target: second, options: options === '' ? [] : options.split(',') }
}

export function volumeProblem(spec: string): VolumeProblem {
  if (spec === '') return 'empty'
  return volumeSections(spec)?.includes('') === true ? 'empty section' : 'too many colons'
}

function volumeSections(spec: string): readonly string[] | undefined {
  if (spec === '') return undefined
  if (spec.length <= 2) return [spec]
  const sections: string[] = []
  let section = ''
  let braces = 0
  for (const [index, char] of [...spec].entries()) {
    if (char === '{' && index > 0 && section.endsWith('$')) braces++
    if (char === '}' && braces > 0) braces--
    if (char === ':' && braces === 0 && !/^\p{L}$/u.test(section)) {
      sections.push(section)
      section = ''
    } else section += char
  }
  return [...sections, section]
}

const propagations = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'])

/** The long form of a short mount. Unknown options are of no effect, as in docker compose. */
export function expandVolume({ source, target, options }: VolumeParts): Tree {
  const mount = newTree()
  const isPath = source !== undefined && (/^[./~]/.test(source) || source.startsWith('\\\\') || /^\p{L}:/u.test(source))
  mount.type = isPath ? 'bind' : 'volume'
  if (source !== undefined) mount.source = source
  mount.target = target
  const bind = newTree()
  const volume = newTree()
  for (const option of options) {
    if (option === 'ro') mount.read_only = true
    else if (option === 'rw') mount.read_only = false
    else if (option === 'nocopy') volume.nocopy = true
    else if (propagations.has(option)) bind.propagation = option
    else if (option === 'z' || option === 'Z') bind.selinux = option
  }
  if (isPath) bind.create_host_path = true
  if (isPath || Object.keys(bind).length > 0) mount.bind = bind
  if (!isPath || Object.keys(volume).length > 0) mount.volume = volume
  return mount
}

/** A path in a container without what says nothing: `/a//b/` is `/a/b`. */
export function cleanTarget(target: string): string {
  return posix.normalize(target).replace(/(.)\/$/, '$1')
}
