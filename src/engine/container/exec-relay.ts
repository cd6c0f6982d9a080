import { closeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { createPipe } from '../../sys/posix-spawn.ts'
import { type ChildProcess, exited, spawnProcess } from '../../sys/process.ts'
import type { TakenStdio } from './exec.ts'

/** A child of the process may keep its pipe open for as long as it lives. */
const patienceMs = 200

/**
 * The same files with a pipe in place of every terminal, for a process that asked for none: it could otherwise change the
 * caller's terminal, and type into it. A `cat` each carries the bytes, so they do not pass the engine.
 */
export function withoutTerminals({ fds, close }: TakenStdio): TakenStdio {
  const pipes = fds.map((fd) => (typeof fd === 'number' && isatty(fd) ? createPipe() : undefined))
  if (pipes.every((pipe) => pipe === undefined)) return { fds, close }
  const cats: { readonly child: ChildProcess; readonly isInput: boolean }[] = []
  return {
    fds: fds.map((fd, index) => pipes[index]?.[index === 0 ? 0 : 1] ?? fd),
    begin: () => {
      for (const [index, pipe] of pipes.entries()) {
        const terminal = fds[index]
        if (pipe === undefined || typeof terminal !== 'number') continue
        const stdio = index === 0 ? [terminal, pipe[1], 'ignore' as const] : [pipe[0], terminal, 'ignore' as const]
        cats.push({ child: spawnProcess('cat', [], { stdio }), isInput: index === 0 })
      }
    },
    close: () => {
      close()
      for (const fd of pipes.flatMap((pipe) => pipe ?? [])) closeSync(fd)
    },
    drained: async () => {
      // Nobody reads what is typed from here on.
      for (const { child, isInput } of cats) if (isInput) child.kill()
      const ends = cats.filter(({ isInput }) => !isInput).map(({ child }) => exited(child))
      await Promise.race([Promise.allSettled(ends), sleep(patienceMs)])
      for (const { child } of cats) child.kill()
    },
  }
}
