import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { createPipe } from '../../sys/posix-spawn.ts'
import type { CallContext } from '../api.ts'
import type { Entry } from './entry.ts'
import type { TakenStdio } from './exec.ts'

const reportCap = 1 << 20
const lineCap = 16 << 10
/** A child of the process may keep the pipe open for as long as it lives. */
const patienceMs = 200

/** Files for a process whose output is told line by line as progress of the call; what exceeds the cap is read and dropped. */
export function reportLines({ record }: Entry, { sink }: CallContext): TakenStdio {
  const [readEnd, writeEnd] = createPipe()
  const pipe = new Socket({ fd: readEnd, readable: true, writable: false })
  const target = { kind: 'container', name: record.name } as const
  const say = (text: string): void => sink?.({ target, verb: 'Output', phase: 'progress', text })
  let rest = ''
  let told = 0
  pipe.setEncoding('utf8').on('data', (chunk: string) => {
    if (told > reportCap) return
    told += chunk.length
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(0, lineCap)
    for (const line of lines) say(line.slice(0, lineCap))
    if (told > reportCap) say('(the rest of the output is left out)')
  })
  const closed = new Promise<void>((resolve) => {
    pipe.once('error', () => undefined)
    pipe.once('close', () => {
      if (rest !== '' && told <= reportCap) say(rest)
      resolve()
    })
  })
  return {
    fds: ['ignore', writeEnd, writeEnd],
    close: () => closeSync(writeEnd),
    drained: () => {
      setTimeout(() => pipe.destroy(), patienceMs).unref()
      return closed
    },
  }
}
