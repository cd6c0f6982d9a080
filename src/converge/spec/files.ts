import { TscomposeError } from '../../base/errors.ts'
import type { InjectedFile, MountSpec } from '../../engine/api.ts'
import type { FileGrant, FileObject, Project, Service } from '../../project/model.ts'
import { compact } from './compact.ts'
import { unsupported } from './unsupported.ts'

/** What lies at the path of a config or secret: its bytes, or that it is mounted because it is a directory or large. */
export type FileContent = { readonly kind: 'content'; readonly base64: string } | { readonly kind: 'mount' } | { readonly kind: 'missing' }

export type FileContents = ReadonlyMap<string, FileContent>

const secretDirectory = '/run/secrets/'

/** Configs and secrets of a service: injected files, and read-only binds for what cannot be injected. */
export function filesOf(
  project: Project,
  service: Service,
  contents: FileContents,
): { readonly files: readonly InjectedFile[]; readonly mounts: readonly MountSpec[] } {
  const grants = [
    ...(service.configs ?? []).map((grant) => resolve('config', project, service, grant)),
    ...(service.secrets ?? []).map((grant) => resolve('secret', project, service, grant)),
  ]
  const files: InjectedFile[] = []
  const mounts: MountSpec[] = []
  for (const grant of grants) {
    const content = contentOf(grant, contents)
    if (content.kind === 'content') files.push(injected(grant, content.base64))
    else mounts.push({ type: 'bind', source: grant.object.file ?? '', target: grant.target, readOnly: true })
  }
  return { files, mounts }
}

/** Paths whose content `filesOf` asks for. */
export function filePathsOf(project: Project): readonly string[] {
  const paths = Object.values(project.services).flatMap((service) => [
    ...(service.configs ?? []).map((grant) => project.configs[grant.source]?.file),
    ...(service.secrets ?? []).map((grant) => project.secrets[grant.source]?.file),
  ])
  return [...new Set(paths.filter((path) => path !== undefined))]
}

interface ResolvedGrant {
  readonly what: string
  readonly grant: FileGrant
  readonly object: FileObject
  readonly target: string
}

function resolve(kind: 'config' | 'secret', project: Project, service: Service, grant: FileGrant): ResolvedGrant {
  const what = `${kind} ${grant.source}`
  const object = (kind === 'config' ? project.configs : project.secrets)[grant.source]
  if (object === undefined) {
    throw new TscomposeError('invalid', 'UNDEFINED_REFERENCE', `service "${service.name}" refers to undefined ${what}`)
  }
  if (object.external === true || object.driver !== undefined) {
    throw unsupported(`unsupported external ${what}`, 'there is no swarm store here: give it a `file`, `environment` or `content`')
  }
  const name = grant.target ?? grant.source
  const target = name.startsWith('/') ? name : kind === 'secret' ? secretDirectory + name : `/${name}`
  return { what, grant, object, target }
}

function contentOf({ object, what }: ResolvedGrant, contents: FileContents): FileContent {
  if (object.file === undefined) return { kind: 'content', base64: Buffer.from(textOf(object, what)).toString('base64') }
  const content = contents.get(object.file)
  if (content !== undefined && content.kind !== 'missing') return content
  throw new TscomposeError('not-found', 'FILE_NOT_FOUND', `${what}: no such file ${object.file}`, {
    hint: `create it, or correct \`file\` of the ${what}`,
  })
}

/** The text of what has no file. `what`: it, in words, such as `secret token`. */
export function textOf({ content, environment }: FileObject, what: string): string {
  if (content !== undefined || environment === undefined) return content ?? ''
  throw new TscomposeError('invalid', 'VARIABLE_NOT_SET', `${what}: the environment variable ${environment} is not set`, {
    hint: `set it in the shell or in the project's .env file, or correct \`environment\` of the ${what}`,
  })
}

function injected({ grant, target }: ResolvedGrant, contentBase64: string): InjectedFile {
  return compact({
    target,
    contentBase64,
    uid: idOf(grant.uid, grant, 'uid'),
    gid: idOf(grant.gid, grant, 'gid'),
    mode: grant.mode ?? 0o444,
  })
}

function idOf(text: string | undefined, grant: FileGrant, field: string): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text)
  throw new TscomposeError('invalid', 'INVALID_ID', `${field} of "${grant.source}" must be a number, not "${text}"`)
}
