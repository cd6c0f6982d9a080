import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { TscomposeError } from '../base/errors.ts'
import type { Project, Service } from '../project/model.ts'
import { renderLock } from '../project/render.ts'

/** One file of a published project. */
export interface PublishedFile {
  /** `file`: merged with the others, in order; `extends`: files of it refer to this one by name; `env`: values for containers. */
  readonly kind: 'file' | 'extends' | 'env'
  /** Relative to the project directory. */
  readonly name: string
  readonly bytes: Buffer
}

export interface PublishOptions {
  /** Every file the project was made from. */
  readonly files: readonly string[]
  /** Environment variables and env files may leave the house. */
  readonly withEnvironment: boolean
  /** Gives `image@digest`; absent: images stay as they are written. */
  readonly resolveDigest?: (image: string) => Promise<string>
}

/** What a project consists of, for others. Rejects PUBLISH_BUILD_ONLY, PUBLISH_ENVIRONMENT, PUBLISH_OUTSIDE, PUBLISH_STDIN. */
export async function publishedFiles(
  project: Project,
  { files, withEnvironment, resolveDigest }: PublishOptions,
): Promise<readonly PublishedFile[]> {
  refuseBuildOnly(project)
  if (!withEnvironment) refuseEnvironment(project)
  const own = project.configFiles.map((path): PublishedFile => {
    if (path === '-')
      throw new TscomposeError('invalid', 'PUBLISH_STDIN', 'a project from standard input cannot be published', {
        hint: 'put it into a file',
      })
    return { kind: 'file', name: basename(path), bytes: readFileSync(path) }
  })
  const others = new Set(files.filter((path) => ![...project.configFiles, ...project.envFiles].includes(path) && isFile(path)))
  const more = [...others].sort().map(
    (path): PublishedFile => ({
      kind: /\.(ya?ml|json)$/.test(path) ? 'extends' : 'env',
      name: nameOf(project, path),
      bytes: readFileSync(path),
    }),
  )
  return [...own, ...more, ...(resolveDigest === undefined ? [] : [await pinnedImages(project, resolveDigest)])]
}

/** Services whose files of the host others will not have. */
export function bindMounts({ services }: Project): readonly string[] {
  return Object.values(services).flatMap(({ name, volumes = [] }) =>
    volumes.flatMap(({ type, source = '' }) => (type === 'bind' ? [`${name}: ${source}`] : [])),
  )
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

function nameOf({ workingDir }: Project, path: string): string {
  const name = relative(workingDir, path)
  if (!name.startsWith('..') && name !== '') return name
  throw new TscomposeError('invalid', 'PUBLISH_OUTSIDE', `${path} belongs to the project and lies outside of its directory ${workingDir}`, {
    hint: 'move it into the project directory: only names in it can be found again',
  })
}

function refuseBuildOnly({ services }: Project): void {
  const names = Object.values(services).flatMap(({ name, image, build }) => (build !== undefined && (image ?? '') === '' ? [name] : []))
  if (names.length === 0) return
  throw new TscomposeError(
    'invalid',
    'PUBLISH_BUILD_ONLY',
    `your Compose stack cannot be published as it only contains a build section for service(s):\n${names.map((name) => `- "${name}"`).join('\n')}`,
    { hint: 'give each of them an `image` that others can pull' },
  )
}

function refuseEnvironment({ services }: Project): void {
  const carriers = Object.values(services).filter(hasValues)
  if (carriers.length === 0) return
  const shown = carriers.map(({ name }) => `- "${name}"`).join('\n')
  throw new TscomposeError(
    'denied',
    'PUBLISH_ENVIRONMENT',
    `these services have environment variables that would be published:\n${shown}`,
    {
      hint: 'look whether there are secrets among them, then say --with-env',
    },
  )
}

/** Env files are merged into `environment` by now. */
function hasValues({ environment = {} }: Service): boolean {
  return Object.values(environment).some((value) => value !== null && value !== '')
}

async function pinnedImages(project: Project, resolveDigest: (image: string) => Promise<string>): Promise<PublishedFile> {
  const services = await Promise.all(
    Object.entries(project.services).map(async ([name, service]) => {
      const { image } = service
      return [name, image === undefined ? service : { ...service, image: await resolveDigest(image) }] as const
    }),
  )
  const text = renderLock({ ...project, services: Object.fromEntries(services) }, { format: 'yaml' })
  return { kind: 'file', name: 'image-digests.yaml', bytes: Buffer.from(text) }
}
