import { fileObjectCodec, modelCodec, networkCodec, serviceCodec, volumeCodec } from './attributes.ts'
import { type Codec, type EncodeOptions, sortDeep, sortedKeys } from './codec.ts'
import type { Project } from './model.ts'
import { printYaml } from './print-yaml.ts'
import type { ComposeFile } from './schema/types.gen.ts'
import { newTree, type Tree, type Value } from './tree.ts'

export interface RenderOptions {
  readonly format: 'yaml' | 'json'
  /** False: dollars stay single (the file would not mean the same when read again). */
  readonly escapeDollars?: boolean
}

/** The project as `config` prints it: canonical, alphabetical, and a compose file itself. */
export function renderConfig(project: Project, options: RenderOptions): string {
  const text = print(configOf(project, options) as unknown as Tree, options)
  return options.escapeDollars === false ? text : text.replaceAll('$', '$$$$')
}

/** Only the images of the services, as a file that overrides the project's: what `config --lock-image-digests` prints. */
export function renderLock(project: Project, options: EncodeOptions): string {
  const services = newTree()
  for (const name of sortedKeys(project.services, options)) {
    const { image } = project.services[name] ?? {}
    services[name] = Object.assign(newTree(), image === undefined ? {} : { image })
  }
  return print(Object.assign(newTree(), { services }), options).replaceAll('$', '$$$$')
}

/** A tree as it is, keys sorted: what `config --no-interpolate` prints, where variables keep values from being typed. */
export function renderTree(tree: Tree, options: EncodeOptions): string {
  return print(sortDeep(tree, options) as Tree, options)
}

function print(tree: Tree, { format }: EncodeOptions): string {
  return format === 'json' ? `${JSON.stringify(Object.fromEntries(Object.entries(tree).sort(byKey)), null, 2)}\n` : printYaml(tree)
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

const sections = [
  ['networks', networkCodec],
  ['volumes', volumeCodec],
  ['secrets', fileObjectCodec],
  ['configs', fileObjectCodec],
] as const

/** As data: what is printed is a compose file itself. */
export function configOf(project: Project, options: EncodeOptions): ComposeFile {
  const tree = newTree()
  const json = options.format === 'json'
  tree.name = project.name
  tree.services = encodeSection(project.services, serviceCodec, options)
  for (const [name, codec] of sections) {
    if (Object.keys(project[name]).length > 0) tree[name] = encodeSection(shown(project[name]), codec, options)
  }
  if (!json && Object.keys(project.models).length > 0) tree.models = encodeSection(project.models, modelCodec, options)
  for (const key of sortedKeys(project.extensions, options)) tree[key] = sortDeep(project.extensions[key] as Value, options)
  return tree as unknown as ComposeFile
}

/** The value of a variable is not printed, only its name. */
function shown<T extends object>(section: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(section).map(([key, member]) => [key, 'environment' in member ? { ...member, content: undefined } : member]),
  )
}

function encodeSection(section: Readonly<Record<string, unknown>>, codec: Codec, options: EncodeOptions): Tree {
  const tree = newTree()
  for (const name of sortedKeys(section, options)) tree[name] = codec.encode(section[name], options)
  return tree
}
