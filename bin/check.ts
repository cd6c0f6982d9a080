import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/*
 * Everything that can be said about the code without running it, side by side: types, lint and format, dead code, the
 * import table, generated files. Prints what is wrong and one line for each check.
 */

const root = resolve(import.meta.dirname, '..')
const tool = (path: string): string => join(root, 'node_modules', path)

interface Check {
  readonly name: string
  readonly argv: readonly string[]
}

const checks: readonly Check[] = [
  { name: 'types', argv: [process.execPath, tool('typescript/bin/tsc'), '--noEmit'] },
  {
    name: 'lint',
    argv: [process.execPath, tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '--diagnostic-level=warn', '.'],
  },
  { name: 'dead code', argv: [process.execPath, tool('knip/bin/knip.js'), '--no-progress'] },
  {
    name: 'imports',
    argv: [
      process.execPath,
      tool('vitest/vitest.mjs'),
      'run',
      '--config',
      join(root, 'test/vitest.config.ts'),
      'test/architecture.test.ts',
    ],
  },
  ...(existsSync(join(root, 'schema/generate.ts'))
    ? [{ name: 'generated files', argv: [process.execPath, join(root, 'schema/generate.ts'), '--check'] }]
    : []),
]

async function runCheck(check: Check): Promise<boolean> {
  const started = performance.now()
  const [program = '', ...args] = check.argv
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const code = await new Promise<number | null>((ended) => {
    child.once('error', () => ended(null))
    child.once('close', ended)
  })
  if (code !== 0) process.stdout.write(Buffer.concat(output))
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name}  ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return code === 0
}

const passed = await Promise.all(checks.map(runCheck))
process.exitCode = passed.every(Boolean) ? 0 : 1
