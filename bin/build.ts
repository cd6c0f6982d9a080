import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
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
  define: { TSCOMPOSE_BUILD: JSON.stringify({ version, id: buildId() }) },
  // Names in stacks are worth more than the few kilobytes.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'linked',
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
}

const started = performance.now()
rmSync(outdir, { recursive: true, force: true })
const result = await build({ ...options, metafile: true })
const bytes = Object.values(result.metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
console.log(
  `dist: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB, ${Math.round(performance.now() - started)} ms`,
)
