import { stringify } from 'yaml'
import { fileObjectCodec, modelCodec, networkCodec, serviceCodec, volumeCodec } from './attributes.ts'
import type { Codec, EncodeOptions } from './codec.ts'
import type { Project } from './model.ts'
import type { ComposeFile } from './schema/types.gen.ts'
import { newTree, type Tree, type Value } from './tree.ts'

export interface RenderOptions {
  readonly format: 'yaml' | 'json'
  /** False: dollars stay single (the file would not mean the same when read again). */
  readonly escapeDollars?: boolean
}

/** The project as `config` prints it: canonical, alphabetical, and a compose file itself. */
export function renderConfig(project: Project, options: RenderOptions): string {
  const config = configOf(project, options)
  const text =
    options.format === 'json'
      ? JSON.stringify(config, null, 2)
      : stringify(config, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false })
  return options.escapeDollars === false ? text : text.replaceAll('$', '$$$$')
}

const sections = [
  ['networks', networkCodec],
  ['volumes', volumeCodec],
  ['secrets', fileObjectCodec],
  ['configs', fileObjectCodec],
] as const

/** As data: what is printed is a compose file itself. */
function configOf(project: Project, options: EncodeOptions): ComposeFile {
  const tree = newTree()
  const json = options.format === 'json'
  tree.name = project.name
  tree.services = encodeSection(project.services, serviceCodec, options)
  for (const [name, codec] of sections) {
    if (Object.keys(project[name]).length > 0) tree[name] = encodeSection(shown(project[name]), codec, options)
  }
  if (!json && Object.keys(project.models).length > 0) tree.models = encodeSection(project.models, modelCodec, options)
  for (const [key, value] of Object.entries(project.extensions)) tree[key] = value as Value
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
  for (const name of Object.keys(section).sort()) tree[name] = codec.encode(section[name], options)
  return tree
}
