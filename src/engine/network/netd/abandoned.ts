import { readdirSync, statSync } from 'node:fs'
import type { NetdContainer } from './protocol.ts'

/** Those of the containers in whose network namespace no process is left: they ended while there was no engine. */
export function findAbandoned(containers: readonly NetdContainer[]): readonly string[] {
  const lively = new Set(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => namespaceOf(`/proc/${pid}/ns/net`)),
  )
  lively.delete(undefined)
  return containers.filter(({ netns }) => !lively.has(namespaceOf(netns))).map(({ id }) => id)
}

/** Number of the namespace a path leads to; undefined where there is none (any more). */
function namespaceOf(path: string): number | undefined {
  try {
    return statSync(path).ino
  } catch {
    return undefined
  }
}
