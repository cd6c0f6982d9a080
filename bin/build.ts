import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type CodeSplittingGroup, type Plugin, rolldown } from 'rolldown'
import { workerEntries } from '../src/base/worker-url.ts'

/*
 * Bundles the package into dist/: the command line, the daemon and every helper as entries, chunks between them.
 * The command line is a bundle of its own, so that what it needs first lies in few files: each file a command loads
 * costs it most of a millisecond. koffi stays outside (it brings native code of its own).
 */

const root = resolve(import.meta.dirname, '..')
const outdir = join(root, 'dist')

/** What is always loaded together, with all it imports, best first: what an earlier one has, a later one takes from there. */
const startGroups: readonly { readonly name: string; readonly modules: readonly string[] }[] = [
  { name: 'start', modules: ['cli/run.ts', 'cli/verbs/version.ts', 'daemon/compile-cache.ts'] },
  {
    name: 'project',
    modules: ['cli/compose/scope.ts', 'cli/compose/flags.ts', 'daemon/client.ts', 'commands/scope.ts', 'converge/labels.ts'],
  },
  { name: 'converge', modules: ['cli/verbs/up.ts', 'cli/verbs/down.ts'] },
  { name: 'ps', modules: ['cli/verbs/ps.ts'] },
]

const groups: CodeSplittingGroup[] = startGroups.map(({ name, modules }, index) => ({
  name,
  priority: startGroups.length - index,
  test: (id) => modules.includes(relative(join(root, 'src'), id)),
}))

/** Changes whenever any source, dependency or the build itself does; a daemon of another build is asked to go. */
function buildId(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  for (const file of [...sources, join(root, 'package-lock.json'), import.meta.filename])
    hash.update(file.slice(root.length)).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

/** `import d, { a as b } from "node:x"`, `import * as m from "node:x"`, as the bundler writes them. */
const builtinImport = /import\s*(?:([\w$]+)\s*,?\s*)?(?:\{([^}]*)\}|\*\s*as\s+([\w$]+))?\s*from\s*"(node:[\w/]+)";?/g

/**
 * Takes built-ins by `getBuiltinModule`. An ES import of a built-in reads every export of it once, and so runs getters
 * that load half of Node (webcrypto, fs/promises, …): some 15 ms of every command.
 */
function takeBuiltinsLazily(code: string): string {
  return code.replaceAll(builtinImport, (_match, ...groups: readonly (string | undefined)[]) => {
    const [byDefault, named, whole, name = ''] = groups
    const module = `globalThis.process.getBuiltinModule("${name}")`
    const names = named?.split(',').filter((part) => part.trim() !== '')
    const members = names
      ?.map((part) =>
        part
          .trim()
          .split(/\s+as\s+/)
          .join(':'),
      )
      .join(',')
    const targets = [byDefault, whole, members === undefined ? undefined : `{${members}}`].filter(
      (target) => target !== undefined && target !== 'process',
    )
    // `process` is what the global is already.
    return targets.map((target) => `const ${target}=${module};`).join('')
  })
}

/** Commander starts programs only for verbs that are files of their own, of which we have none. */
const childProcessOnDemand = `export default {
  spawn: (...args) => process.getBuiltinModule('node:child_process').spawn(...args),
}`

const builtins: Plugin = {
  name: 'builtins',
  resolveId: (id, importer) => (id === 'node:child_process' && importer?.includes('/commander/') ? '\0child-process-on-demand' : undefined),
  load: (id) => (id === '\0child-process-on-demand' ? childProcessOnDemand : undefined),
  renderChunk: (code) => takeBuiltinsLazily(code),
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const define = { TSCOMPOSE_VERSION: JSON.stringify(version), TSCOMPOSE_BUILD_ID: JSON.stringify(buildId()) }

/** Writes one bundle; returns the code of its files. */
async function bundle(input: Readonly<Record<string, string>>, chunkGroups: CodeSplittingGroup[]): Promise<readonly string[]> {
  const build = await rolldown({
    input: { ...input },
    platform: 'node',
    external: ['koffi'],
    transform: { target: 'node24', define },
    plugins: [builtins],
  })
  const { output } = await build.write({
    dir: outdir,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // Names in stacks are worth more than the few kilobytes.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    codeSplitting: { groups: chunkGroups },
  })
  await build.close()
  return output.map((file) => (file.type === 'chunk' ? file.code : ''))
}

const started = performance.now()
rmSync(outdir, { recursive: true, force: true })
mkdirSync(outdir)
const helpers = Object.entries(workerEntries).map(([name, source]) => [name, join(root, 'src', `${source}.ts`)])
const files = [...(await bundle({ main: join(root, 'src/cli/main.ts') }, groups)), ...(await bundle(Object.fromEntries(helpers), []))]
const bytes = files.reduce((sum, code) => sum + Buffer.byteLength(code), 0)
console.log(`dist: ${files.length} files, ${Math.round(bytes / 1024)} KiB, ${Math.round(performance.now() - started)} ms`)
