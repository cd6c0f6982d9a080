import type { CallerStdio } from '../../engine/api.ts'
import type { Terminal } from '../terminal.ts'

/** This process's own files for the engine to take over. Nothing of ours may read standard input while a container has it. */
export function callerStdio(terminal: Terminal, options: { readonly stdin: boolean; readonly tty: boolean }): CallerStdio {
  return {
    pid: terminal.pid,
    ...(options.stdin ? { stdin: 0 } : {}),
    stdout: 1,
    stderr: 2,
    ...(options.tty ? { columns: terminal.stdout.columns(), rows: terminal.stdout.rows() } : {}),
  }
}
