import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { launcher } from './cli.ts'
import type { TestProject } from './project.ts'

/** A `tscompose watch` that runs. */
export interface RunningWatch {
  readonly child: ChildProcess
  /** Everything it has said so far. */
  output(): string
  /** Resolves when its output has the text (after what `mark` last cut off). */
  says(text: string | RegExp): Promise<void>
  /** What it said until now does not count for `says` any more. */
  mark(): void
  /** Ctrl-C; returns the exit code. */
  end(): Promise<number | null>
}

/** Starts a watch in the project, with `input` on its standard input, and waits until it watches. */
export async function startWatch(
  project: Pick<TestProject, 'directory'>,
  args: readonly string[] = ['watch'],
  input = '',
): Promise<RunningWatch> {
  const child = spawn(launcher, args, { cwd: project.directory, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  let output = ''
  let from = 0
  const take = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  const watch: RunningWatch = {
    child,
    output: () => output,
    says: async (text) => {
      const isThere = (): boolean => (typeof text === 'string' ? output.slice(from).includes(text) : text.test(output.slice(from)))
      await until(isThere, () => `watch never said ${String(text)}:\n${output}`)
    },
    mark: () => {
      from = output.length
    },
    end: async () => {
      child.kill('SIGINT')
      return await closed
    },
  }
  await watch.says('Watch enabled')
  return watch
}

/** Asks until the condition holds; throws after 20 seconds, or after `timeoutMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  explain: () => string = () => 'it never came',
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(explain())
    await sleep(25)
  }
}
