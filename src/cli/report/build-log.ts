import type { ProgressEvent } from '../../base/event.ts'
import type { Output } from '../terminal.ts'

interface Step {
  readonly number: number
  readonly title: string
  readonly began: number
  ended: boolean
}

export interface BuildLog {
  write(event: ProgressEvent): void
  /** Ends the block that is open, before other output. */
  interrupt(): void
}

/**
 * Steps of builds in BuildKit's plain form, a block per step: `#3 [web 2/4] RUN make`, its output as `#3 0.512 text`,
 * then `#3 DONE 1.2s` or `#3 CACHED`. A block that gives way to another step's ends in `#3 ...` and is taken up later.
 */
export function createBuildLog(output: Output, clock: () => number): BuildLog {
  const steps = new Map<string, Step>()
  let count = 0
  let open: Step | undefined
  const interrupt = (): void => {
    if (open === undefined) return
    output.write(open.ended ? '\n' : `#${open.number} ...\n\n`)
    open = undefined
  }
  const enter = (step: Step): void => {
    if (open === step) return
    interrupt()
    open = step
    output.write(`#${step.number} ${step.title}\n`)
  }
  return {
    write: (event) => {
      const key = `${event.parent?.name}\n${event.target.name}`
      let step = steps.get(key)
      if (step === undefined || step.ended) {
        count++
        step = { number: count, title: event.target.name, began: clock(), ended: false }
        steps.set(key, step)
      }
      // Steps begin side by side; a header without anything below it says nothing.
      if (event.phase === 'start') return
      enter(step)
      if (event.phase === 'progress') {
        if (event.text !== undefined) output.write(`#${step.number} ${((clock() - step.began) / 1000).toFixed(3)} ${event.text}\n`)
        return
      }
      const detail = event.text === undefined ? '' : ` ${event.text}`
      output.write(`#${step.number} ${event.verb}${detail}\n`)
      step.ended = true
      interrupt()
    },
    interrupt,
  }
}
