import { deleteLinks } from '../../sys/netlink/route.ts'
import { openNetlink } from '../../sys/netlink/socket.ts'

/**
 * Deletes links off the event loop, all that wait at once together: the kernel takes some 15 ms for each deletion, or
 * about twice that for any number in one.
 */
export interface LinkReaper {
  /** Resolves when they are gone. Links that are gone already count as deleted. */
  delete(names: readonly string[]): Promise<void>
  /** Resolves when nothing waits to be deleted. */
  idle(): Promise<void>
}

/** Marks the links of one deletion; any number that is not used for anything else. */
const group = 0x745c0de

export function createLinkReaper(): LinkReaper {
  let waiting: string[] = []
  let round: Promise<void> | undefined
  const work = async (): Promise<void> => {
    // Calls of the same tick come together.
    await new Promise((resolve) => setImmediate(resolve))
    const names = [...new Set(waiting)]
    waiting = []
    if (names.length === 0) return
    const socket = openNetlink()
    try {
      await socket.requestAsync(deleteLinks(names, group))
    } finally {
      socket.close()
    }
  }
  const next = (): Promise<void> => {
    const previous = round
    // A call that comes while links are being deleted waits for the following round.
    const current = previous === undefined ? work() : previous.then(work, work)
    round = current
    return current.finally(() => {
      if (round === current) round = undefined
    })
  }
  return {
    delete: async (names) => {
      if (names.length === 0) return
      waiting.push(...names)
      await next()
    },
    idle: async () => {
      await round?.catch(() => undefined)
    },
  }
}
