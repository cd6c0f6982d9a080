import type { Invocation } from '../verb.ts'

/** Asks on the terminal; without one the answer is no. */
export async function confirm({ terminal, signal }: Pick<Invocation, 'terminal' | 'signal'>, question: string): Promise<boolean> {
  if (!terminal.stdinIsTty) return false
  const { createInterface } = await import('node:readline/promises')
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}
