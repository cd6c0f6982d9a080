import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { fileDigest } from './fixture.ts'

/*
 * The corpus: one Dockerfile per rule in cases/ (the odd ones several to a file), what Docker made of it in recorded.json. A last line `#: …` holds the
 * build's options; NAME.Dockerfile.dockerignore counts instead of the context's own.
 */

const casesRoot: string = join(import.meta.dirname, 'cases')

/** A heading of DIFFERENCES.md by case. */
export const recordedPath: string = join(import.meta.dirname, 'recorded.json')

export interface Case {
  readonly name: string
  readonly file: string
  readonly text: string
  readonly context: 'plain' | 'odd' | 'archives'
  /** As for `docker build`. */
  readonly options: readonly string[]
  /** Not built, only checked. */
  readonly checkOnly: boolean
  /** Layers hold what changes from build to build (git's own files). */
  readonly withoutLayers: boolean
}

/** What a build came to. */
export interface Recorded {
  readonly image?: ListedImage
  /** Line of the Dockerfile that is blamed, 0 where none is. */
  readonly failedAt?: number
  readonly message?: string
  readonly warnings?: readonly Warning[]
}

export interface Warning {
  readonly rule: string
  readonly detail: string
  readonly line: number
}

export interface ListedImage {
  readonly config: unknown
  /** Without the base's. */
  readonly history: readonly { readonly created_by?: string; readonly empty_layer?: boolean; readonly comment?: string }[]
  readonly layers: readonly (readonly string[])[]
}

export function readCases(): readonly Case[] {
  return readdirSync(casesRoot)
    .flatMap((name) => {
      if (name.endsWith('.Dockerfile'))
        return [[name.slice(0, -'.Dockerfile'.length), readFileSync(join(casesRoot, name), 'utf8')] as const]
      return name.endsWith('.Dockerfiles') ? readBundle(join(casesRoot, name)) : []
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, written]) => {
      const text = written.replaceAll('SUM', fileDigest)
      const words = /^#: (.*)$/m.exec(text)?.[1]?.split(' ') ?? []
      return {
        name,
        file: join(casesRoot, `${name}.Dockerfile`),
        text,
        context: contextOf(words),
        options: words.filter((word) => !['--check-only', 'no-layers'].includes(word) && !word.startsWith('context=')),
        checkOnly: words.includes('--check-only'),
        withoutLayers: words.includes('no-layers'),
      }
    })
}

/** Several cases in one file, each behind a line `#### NAME`. */
function readBundle(file: string): readonly (readonly [string, string])[] {
  const parts = readFileSync(file, 'utf8').split(/^#### (.+)\n/m)
  return parts.slice(1).flatMap((name, index, rest) => (index % 2 === 0 ? [[name, rest[index + 1] ?? ''] as const] : []))
}

function contextOf(words: readonly string[]): Case['context'] {
  if (words.includes('context=odd')) return 'odd'
  return words.includes('context=archives') ? 'archives' : 'plain'
}

export function readIgnore({ file }: Case): string | undefined {
  return existsSync(`${file}.dockerignore`) ? readFileSync(`${file}.dockerignore`, 'utf8') : undefined
}

export function readRecorded(): Readonly<Record<string, Recorded>> {
  return JSON.parse(readFileSync(recordedPath, 'utf8')) as Readonly<Record<string, Recorded>>
}

interface ConfigFile {
  readonly config?: unknown
  readonly history?: readonly Readonly<Record<string, unknown>>[]
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

/** Reads an image unpacked from `save`: config, history and the content of each layer above `baseLayers` of the base. */
export async function listSavedImage(
  directory: string,
  { withoutLayers = false }: { readonly withoutLayers?: boolean } = {},
): Promise<ListedImage> {
  const manifest = (JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as { Config: string; Layers: string[] }[])[0]
  if (manifest === undefined) throw new Error(`${directory} holds no image`)
  const file = JSON.parse(readFileSync(join(directory, manifest.Config), 'utf8')) as ConfigFile
  const own = (file.history ?? []).filter(({ comment }) => comment === 'buildkit.dockerfile.v0')
  const ownLayers = own.filter(({ empty_layer }) => empty_layer !== true).length
  const paths = manifest.Layers.slice(manifest.Layers.length - ownLayers)
  const layers: (readonly string[])[] = []
  for (const path of ownLayers === 0 || withoutLayers ? [] : paths) layers.push(await listLayer(join(directory, path)))
  return {
    config: file.config,
    history: own.map(({ created: _created, ...entry }) => entry),
    layers,
  }
}

async function listLayer(path: string): Promise<readonly string[]> {
  const lines: string[] = []
  const reader = extract()
  const head = readFileSync(path).subarray(0, 2).toString('hex')
  const input = createReadStream(path)
  ;(head === '1f8b' ? input.pipe(createGunzip()) : input).pipe(reader)
  for await (const entry of reader) {
    const hash = createHash('sha256')
    for await (const chunk of entry) hash.update(chunk as Buffer)
    lines.push(describe(entry.header, hash.digest('hex').slice(0, 12)))
  }
  return lines.sort()
}

function describe(header: Header, digest: string): string {
  const name = header.name.replace(/^\.?\//, '').replace(/\/$/, '')
  const kind = header.type === 'file' ? 'f' : header.type === 'directory' ? 'd' : (header.type ?? '?')
  const content = kind === 'f' && !name.includes('.wh.') ? ` ${header.size} ${digest}` : ''
  const link = header.linkname ? ` -> ${header.linkname.replace(/^\//, kind === 'link' ? '' : '/')}` : ''
  // Only times that were given can be compared; all others are those of the build.
  const time = header.mtime !== undefined && header.mtime.getTime() < Date.UTC(2021) ? ` @${header.mtime.getTime() / 1000}` : ''
  const attributes = Object.entries(header.pax ?? {})
    .filter(([key]) => key.startsWith('SCHILY.xattr.'))
    .map(([key, value]) => ` ${key.slice('SCHILY.xattr.'.length)}=${Buffer.from(value).toString('hex')}`)
    .sort()
    .join('')
  const device = kind.endsWith('device') ? ` ${header.devmajor}:${header.devminor}` : ''
  const owner = `${header.uid}:${header.gid}`
  return `${name || '.'} ${kind} ${((header.mode ?? 0) & 0o7777).toString(8)} ${owner}${device}${content}${link}${time}${attributes}`
}
