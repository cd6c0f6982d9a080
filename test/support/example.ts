import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Cli, createCli } from './cli.ts'
import { runCommand } from './command.ts'
import { requireSandbox } from './sandboxed.ts'

const examples = resolve(import.meta.dirname, '../../examples')
const base = 'debian:bookworm-slim'

/** A copy of one of the stacks in `examples`, to bring up and to edit. */
export interface Example extends Cli {
  readonly directory: string
  /** Takes the stack down with its volumes and images (what they are built from is kept), and deletes the copy. */
  close(): Promise<void>
}

/** Copies `examples/<name>`; its images and build cache are shared with the other examples (see test/run.ts). */
export function openExample(name: string): Example {
  const parent = mkdtempSync(join(tmpdir(), 'tscompose-example-'))
  const directory = join(parent, name)
  cpSync(join(examples, name), directory, { recursive: true })
  const cli = createCli(directory)
  // Building installs packages.
  const run: Cli['run'] = (args, options) => cli.run(args, { timeout: 600_000, ...options })
  return {
    run,
    ok: (args, options) => cli.ok(args, { timeout: 600_000, ...options }),
    directory,
    close: async () => {
      await run(['down', '-v', '-t', '1', '--remove-orphans', '--rmi', 'local'])
      rmSync(parent, { recursive: true, force: true })
    },
  }
}

/**
 * Makes the base image the examples build upon, where the runs before left none. Returns why the examples cannot be built
 * here, which is a reason to skip them: nobody answers where the host's own package lists come from.
 */
export async function prepareExamples(): Promise<string | undefined> {
  requireSandbox()
  const { stdout } = await runCommand(['apt-get', 'indextargets', '--format', '$(SITE)'])
  const site = stdout.split('\n')[0] ?? ''
  const answer = await runCommand(['curl', '--silent', '--show-error', '--head', '--max-time', '20', '--output', '/dev/null', site])
  if (answer.exitCode !== 0) return `the distribution's packages cannot be fetched: ${answer.stderr.trim() || 'apt has no sources'}`
  const cli = createCli('/')
  const known = await cli.run(['image', 'inspect', base])
  if (known.exitCode !== 0) await cli.ok(['image', 'bootstrap', base], { timeout: 600_000 })
  return undefined
}
