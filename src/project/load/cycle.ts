/** The first cycle of a graph, in the order of its edges and closed: `a, b, a`. */
export function findCycle(graph: Readonly<Record<string, readonly string[]>>): readonly string[] | undefined {
  const done = new Set<string>()
  for (const start of Object.keys(graph)) {
    const cycle = walk(graph, start, done)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** Depth first without recursion: long chains must not exhaust the stack. */
function walk(graph: Readonly<Record<string, readonly string[]>>, start: string, done: Set<string>): readonly string[] | undefined {
  const trail: { readonly name: string; next: number }[] = [{ name: start, next: 0 }]
  const open = new Set([start])
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const edge = graph[top.name]?.[top.next++]
    if (edge === undefined) {
      done.add(top.name)
      open.delete(top.name)
      trail.pop()
    } else if (open.has(edge)) {
      const names = trail.map(({ name }) => name)
      return [...names.slice(names.indexOf(edge)), edge]
    } else if (!done.has(edge) && edge in graph) {
      open.add(edge)
      trail.push({ name: edge, next: 0 })
    }
  }
  return undefined
}
