/** Undo steps of a piece of work that may fail half-way; the step goes on the line after the thing it undoes. */
export interface Cleanup {
  push(undo: () => void | Promise<void>): void
  /** The work succeeded: forget the undo steps. */
  dismiss(): void
  /** Runs the undo steps, last first. Goes on after a failing step; throws an AggregateError at the end. */
  run(): Promise<void>
}

export function createCleanup(): Cleanup {
  let steps: (() => void | Promise<void>)[] = []
  return {
    push: (undo) => {
      steps.push(undo)
    },
    dismiss: () => {
      steps = []
    },
    run: async () => {
      const failures: unknown[] = []
      for (const undo of steps.splice(0).reverse()) {
        try {
          await undo()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'clean-up failed')
    },
  }
}

/** Runs `work`; if it throws, undoes what it pushed and rethrows (clean-up failures are attached as `suppressed`). */
export async function withCleanup<T>(work: (cleanup: Cleanup) => Promise<T>): Promise<T> {
  const cleanup = createCleanup()
  try {
    const result = await work(cleanup)
    cleanup.dismiss()
    return result
  } catch (error) {
    try {
      await cleanup.run()
    } catch (suppressed) {
      if (error instanceof Error) Object.assign(error, { suppressed })
    }
    throw error
  }
}
