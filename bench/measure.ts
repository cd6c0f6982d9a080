import { spawnSync } from 'node:child_process'

/** One command line with its working directory, run as a whole process. */
export interface Command {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** What the command before went on with in the background (dockerd for a good while after `down`) is not this one's. */
const settleMs = 500

/** Runs it and returns the wall time in milliseconds; throws with its output where it fails. */
export function time(command: Command, timeoutMs = 120_000): number {
  const [program, ...args] = command.argv
  if (program === undefined) throw new Error('empty command')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, settleMs)
  const start = process.hrtime.bigint()
  const result = spawnSync(program, args, {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  })
  const elapsed = Number(process.hrtime.bigint() - start) / 1e6
  if (result.status !== 0) {
    const output = `${result.stdout?.toString() ?? ''}${result.stderr?.toString() ?? ''}`.trim().split('\n').slice(-12).join('\n')
    throw new Error(`${command.argv.join(' ')} ended with ${result.status ?? result.signal ?? result.error?.message}:\n${output}`)
  }
  return elapsed
}

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Minimum, median and maximum of at least one figure. */
export function spread(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return { min: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, max: at(sorted.length - 1) }
}
