import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Invocation } from './verb.ts'

/** One line from the terminal, asked for on stderr. */
export async function readLine(question: string, signal: AbortSignal): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await prompt.question(question, { signal })).trim()
  } finally {
    prompt.close()
  }
}

/** As readLine, without showing what is typed. */
export async function readHidden(question: string, { terminal, signal }: Pick<Invocation, 'terminal' | 'signal'>): Promise<string> {
  terminal.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return await prompt.question('', { signal })
  } finally {
    prompt.close()
    terminal.stderr.write('\n')
  }
}
