import { deleteLinks } from '../../sys/netlink/route.ts'
import { openNetlink } from '../../sys/netlink/socket.ts'

/**
 * Deletes links off the event loop, all that wait at once together: the kernel takes some 15 ms for each deletion, or
 * about twice that for any number in one.
 */
export interface LinkReaper {
  /** Resolves when they are gone, with all that were to go later. Links that are gone already count as deleted. */
  delete(names: readonly string[]): Promise<void>
  /** The same without hurry: with the next deletion, or one of its own soon. */
  release(names: readonly string[]): Promise<void>
  /** Resolves when nothing waits to be deleted. */
  idle(): Promise<void>
}

/** Marks the links of one deletion; any number that is not used for anything else. */
const group = 0x745c0de
const releaseMs = 40

export function createLinkReaper(): LinkReaper {
  let waiting: string[] = []
  let round: Promise<void> | undefined
  let hurry: (() => void) | undefined

  const work = async (): Promise<void> => {
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
  /** Waits for others to come along, until somebody is in a hurry. */
  const gather = (delay: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, delay)
      hurry = () => {
        clearTimeout(timer)
        setImmediate(resolve)
      }
    })
  /** One round after another, each for all calls of a tick; a call that comes while links are being deleted waits for the following one. */
  const rounds = async (delay: number): Promise<void> => {
    for (let pause = delay; waiting.length > 0; pause = 0) {
      await (pause > 0 ? gather(pause) : new Promise((resolve) => setImmediate(resolve)))
      hurry = undefined
      await work()
    }
  }
  const add = async (names: readonly string[], delay: number): Promise<void> => {
    if (names.length === 0) return
    waiting.push(...names)
    round ??= rounds(delay).finally(() => {
      round = undefined
    })
    if (delay === 0) hurry?.()
    await round
  }
  return {
    delete: (names) => add(names, 0),
    release: (names) => add(names, releaseMs),
    idle: async () => {
      hurry?.()
      await round?.catch(() => undefined)
    },
  }
}
