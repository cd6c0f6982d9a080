import type { EngineConnection } from '../daemon/client.ts'
import type { Engine } from '../engine/api.ts'
import type { ParsedCommand } from './program.ts'
import { createReporter } from './report/create.ts'
import type { Reporter } from './report/reporter.ts'
import type { Terminal } from './terminal.ts'
import type { Interrupts, Invocation } from './verb.ts'

/** What an invocation holds open and gives back at the end. */
export interface InvocationContext {
  readonly invocation: Invocation
  close(): void
}

export interface ContextOptions {
  readonly terminal: Terminal
  readonly interrupts: Interrupts
  readonly signal: AbortSignal
}

/** Everything a verb may use, made when it first asks for it. */
export function createInvocation(parsed: ParsedCommand, options: ContextOptions): InvocationContext {
  const { terminal, interrupts, signal } = options
  let connection: Promise<EngineConnection> | undefined
  let reporter: Reporter | undefined
  let close = (): void => {}
  const connect = async (start: boolean): Promise<Engine> => {
    connection ??= import('../daemon/client.ts').then(({ connectEngine }) => connectEngine({ start, env: terminal.env }))
    const opened = await connection
    close = opened.close
    void opened.closed.then(() => {
      connection = undefined
    })
    return withLogins(opened.engine, terminal.env)
  }
  return {
    invocation: {
      root: parsed.root,
      flags: parsed.flags,
      args: parsed.args,
      terminal,
      signal,
      interrupts,
      connect: (wish = {}) => connect(wish.start ?? true),
      reporter: () => {
        reporter ??= createReporter(parsed.root, terminal, parsed.verb.title)
        return reporter
      },
    },
    close: () => {
      reporter?.end()
      close()
    },
  }
}

/** Registry logins are the caller's, not the daemon's: they are looked up here, and only by calls that may need them. */
function withLogins(engine: Engine, env: Terminal['env']): Engine {
  const loaded = async (): Promise<Pick<Engine['images'], 'pull' | 'push' | 'build'>> => {
    const { withCredentials } = await import('../remotes/credentials/with-credentials.ts')
    return withCredentials(engine.images, env)
  }
  return {
    ...engine,
    images: {
      ...engine.images,
      pull: async (...call) => (await loaded()).pull(...call),
      push: async (...call) => (await loaded()).push(...call),
      build: async (...call) => (await loaded()).build(...call),
    },
  }
}
