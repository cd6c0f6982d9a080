import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/*
 * Which folder may import which, as data. A part of the engine reaches a sibling only through an interface given to its
 * factory (engine/parts.ts); only the composition root knows them all.
 */

const root = resolve(import.meta.dirname, '..')

/** Files of the first pattern that matches are bound by its row; everything not listed is forbidden. */
const layers: readonly { readonly files: string; readonly may: readonly string[] }[] = [
  { files: 'base/', may: ['base/'] },
  { files: 'sys/', may: ['sys/', 'base/'] },
  { files: 'oci/', may: ['oci/', 'base/'] },
  { files: 'project/', may: ['project/', 'oci/', 'base/'] },
  { files: 'engine/api.ts', may: ['engine/api/'] },
  { files: 'engine/api/', may: ['engine/api/', 'oci/', 'base/'] },
  { files: 'engine/parts.ts', may: ['engine/api.ts', 'oci/', 'base/'] },
  { files: 'engine/observe.ts', may: ['engine/api.ts', 'base/'] },
  { files: 'engine/disk-usage.ts', may: ['engine/api.ts', 'engine/parts.ts', 'sys/process.ts', 'base/'] },
  { files: 'engine/event-hub.ts', may: ['engine/api.ts', 'engine/parts.ts', 'base/'] },
  { files: 'engine/local-engine.ts', may: ['engine/', 'oci/', 'sys/', 'base/'] },
  // Entries of worker threads: each is a part's code in a thread of its own.
  { files: 'engine/<name>-worker.ts', may: ['engine/', 'oci/', 'sys/', 'base/'] },
  // The runtime adapter is below containers, not beside them.
  {
    files: 'engine/container/',
    may: ['engine/container/', 'engine/runtime/', 'engine/api.ts', 'engine/parts.ts', 'oci/', 'sys/', 'base/'],
  },
  { files: 'engine/<part>/', may: ['engine/<part>/', 'engine/api.ts', 'engine/parts.ts', 'oci/', 'sys/', 'base/'] },
  { files: 'converge/', may: ['converge/', 'project/', 'engine/api.ts', 'oci/', 'base/'] },
  { files: 'watch/', may: ['watch/', 'project/', 'base/'] },
  { files: 'commands/', may: ['commands/', 'project/', 'converge/', 'watch/', 'engine/api.ts', 'oci/', 'base/'] },
  // Compose files and digests from registries and git, and the caller's logins there: what is needed from outside.
  {
    files: 'remotes/',
    may: ['remotes/', 'engine/registry/', 'engine/api.ts', 'engine/parts.ts', 'sys/process.ts', 'sys/files.ts', 'oci/', 'base/'],
  },
  { files: 'daemon/', may: ['daemon/', 'engine/', 'sys/', 'base/'] },
  {
    files: 'cli/',
    may: [
      'cli/',
      'commands/',
      'converge/',
      'project/',
      'watch/',
      'remotes/',
      'daemon/client.ts',
      'daemon/build-info.ts',
      'daemon/compile-cache.ts',
      'daemon/places.ts',
      'daemon/watch-registry.ts',
      'daemon/doctor/',
      'engine/api.ts',
      'oci/',
      'base/',
    ],
  },
]

/** Where each package and each dangerous module lives, and nowhere else. */
const homes: Readonly<Record<string, readonly string[]>> = {
  koffi: ['sys/ffi/'],
  execa: ['sys/process.ts'],
  'node:child_process': ['sys/process.ts'],
  yaml: ['project/'],
  ajv: ['project/schema/'],
  'dependency-graph': ['converge/reconcile/'],
  chokidar: ['watch/'],
  commander: ['cli/'],
  'tar-stream': ['oci/tar/', 'engine/image/', 'engine/snapshot/', 'engine/build/'],
  'dns-packet': ['engine/network/'],
  'node:http': ['engine/registry/', 'engine/build/remote/'],
  'node:https': ['engine/registry/', 'engine/build/remote/'],
}

/** The process's surroundings are read at its edges only. */
const ambient = /\bprocess\.(env|cwd\(|stdout|stderr|stdin|exit\(|exitCode|argv)/
const edges = ['cli/', 'daemon/main.ts', 'daemon/netd-main.ts', 'sys/process.ts']

interface Module {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

const modules: readonly Module[] = globSync('**/*.{ts,js}', { cwd: join(root, 'src') })
  .sort()
  .map((path) => {
    const text = readFileSync(join(root, 'src', path), 'utf8')
    return { path, text: withoutComments(text), imports: importsOf(text) }
  })

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
}

function importsOf(text: string): readonly string[] {
  const code = withoutComments(text)
  const patterns = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
  ]
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''))
}

/** Path of an import inside src, undefined for packages. */
function target(module: Module, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return relative(join(root, 'src'), resolve(join(root, 'src', dirname(module.path)), specifier))
}

function isUnder(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
}

/** The row that binds a module, with `<part>` filled in. */
function rowOf(path: string): readonly string[] | undefined {
  const part = /^engine\/([^/]+)\//.exec(path)?.[1]
  for (const { files, may } of layers) {
    const name = /^engine\/([^/]+)-worker\.ts$/.exec(path)?.[1]
    const pattern = files.replace('<part>', part ?? '<part>').replace('<name>', name ?? '<name>')
    if (isUnder(path, [pattern])) return may.map((place) => place.replace('<part>', part ?? '<part>'))
  }
  return undefined
}

function packageName(specifier: string): string {
  const segments = specifier.split('/')
  return specifier.startsWith('@') ? segments.slice(0, 2).join('/') : (segments[0] ?? specifier)
}

describe('the import table', () => {
  it('sees the whole tree', () => {
    expect(modules.length).toBeGreaterThan(100)
    expect(modules.flatMap((module) => module.imports).length).toBeGreaterThan(300)
  })

  it('has a row for every module', () => {
    expect(modules.filter((module) => rowOf(module.path) === undefined).map((module) => module.path)).toEqual([])
  })

  it('is kept by every import', () => {
    const breaches = modules.flatMap((module) =>
      module.imports.flatMap((specifier) => {
        const path = target(module, specifier)
        return path === undefined || isUnder(path, rowOf(module.path) ?? []) ? [] : [`${module.path} imports ${path}`]
      }),
    )
    expect(breaches).toEqual([])
  })

  it('gives every package one home', () => {
    const breaches = modules.flatMap((module) =>
      module.imports.flatMap((specifier) => {
        const home = homes[specifier] ?? homes[packageName(specifier)]
        return specifier.startsWith('.') || home === undefined || isUnder(module.path, home) ? [] : [`${module.path} imports ${specifier}`]
      }),
    )
    expect(breaches).toEqual([])
  })

  it('leaves the surroundings of the process to its edges', () => {
    expect(modules.filter((module) => !isUnder(module.path, edges) && ambient.test(module.text)).map((module) => module.path)).toEqual([])
  })

  it('keeps files small', () => {
    const large = modules.filter(
      ({ path, text }) => !/(\.gen\.[jt]s|table\.ts|model\.ts|api\.ts)$/.test(path) && text.split('\n').length > 400,
    )
    expect(large.map((module) => module.path)).toEqual([])
  })
})
