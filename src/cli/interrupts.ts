import { TscomposeError } from '../base/errors.ts'
import type { Interrupts } from './verb.ts'

export interface InterruptsOptions {
  /** The process, or something like it in tests. */
  readonly signals: Pick<NodeJS.EventEmitter, 'on' | 'off'>
  /** Ends the process at once: a second signal nobody took. */
  readonly exit: (code: number) => void
}

/** SIGINT and SIGTERM: the first aborts the returned signal, the second ends the process, unless a verb takes them over. */
export function createInterrupts(options: InterruptsOptions): { readonly interrupts: Interrupts; readonly signal: AbortSignal } {
  const controller = new AbortController()
  let count = 0
  let taker: ((count: number) => void) | undefined
  const arrive = (): void => {
    count++
    if (taker !== undefined) taker(count)
    else if (count === 1) controller.abort(new TscomposeError('canceled', 'CANCELED', 'canceled'))
    else options.exit(130)
  }
  options.signals.on('SIGINT', arrive)
  options.signals.on('SIGTERM', arrive)
  return {
    signal: controller.signal,
    interrupts: {
      get interrupted() {
        return count > 0
      },
      take: (handler) => {
        // One that came before ends the command before it begins.
        controller.signal.throwIfAborted()
        taker = handler
        return () => {
          if (taker === handler) taker = undefined
        }
      },
    },
  }
}
