import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { workerEntries } from '../src/base/worker-url.ts'

/*
 * Bundles the package into dist/: the command line, the daemon and every helper as entries, chunks between them.
 * koffi stays outside (it brings native code of its own).
 */

const root = resolve(import.meta.dirname, '..')
const outdir = join(root, 'dist')

/** `main` is the command line; the others are in the one table their starters use. */
function entryPoints(): Record<string, string> {
  const helpers = Object.entries(workerEntries).map(([name, source]) => [name, join(root, 'src', `${source}.ts`)])
  return { main: join(root, 'src/cli/main.ts'), ...Object.fromEntries(helpers) }
}

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

/** `import d, { a as b } from "node:x"`, `import * as m from "node:x"`, as esbuild writes them. */
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

/** CommonJS dependencies ask for built-ins by `require`, which modules do not have. */
function provideRequire(code: string): string {
  if (!code.includes('typeof require')) return code
  return `const require=globalThis.process.getBuiltinModule("node:module").createRequire(import.meta.url);${code}`
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const options: BuildOptions = {
  entryPoints: entryPoints(),
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: ['koffi'],
  define: { TSCOMPOSE_VERSION: JSON.stringify(version), TSCOMPOSE_BUILD_ID: JSON.stringify(buildId()) },
  // Names in stacks are worth more than the few kilobytes.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'linked',
  logLevel: 'warning',
}

const started = performance.now()
rmSync(outdir, { recursive: true, force: true })
mkdirSync(outdir)
const result = await build({ ...options, write: false })
for (const { path, text } of result.outputFiles) writeFileSync(path, path.endsWith('.js') ? provideRequire(takeBuiltinsLazily(text)) : text)
const bytes = result.outputFiles.reduce((sum, file) => sum + file.contents.length, 0)
console.log(`dist: ${result.outputFiles.length} files, ${Math.round(bytes / 1024)} KiB, ${Math.round(performance.now() - started)} ms`)
