/** chainIDs and blob digests that work under way relies on: nobody may delete them, though no image names them yet. */
export interface Pins {
  /** Returns what lets go of them again. */
  pin(ids: readonly string[]): () => void
  has(id: string): boolean
  all(): readonly string[]
}

export function createPins(): Pins {
  const counts = new Map<string, number>()
  const add = (id: string, change: number): void => {
    const count = (counts.get(id) ?? 0) + change
    if (count === 0) counts.delete(id)
    else counts.set(id, count)
  }
  return {
    pin: (ids) => {
      for (const id of ids) add(id, 1)
      return () => {
        for (const id of ids) add(id, -1)
      }
    },
    has: (id) => counts.has(id),
    all: () => [...counts.keys()],
  }
}
