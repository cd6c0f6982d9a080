import type { Reporter } from './reporter.ts'

/** Says nothing; failures still arrive as the command's error. */
export function createQuietReporter(): Reporter {
  return { sink: () => {}, pause: () => {}, end: () => {} }
}
