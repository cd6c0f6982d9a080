import type { VerbEntry } from './verb.ts'

/** Every verb, in alphabetical order. A module is imported only when its verb is used. */
export const verbTable: readonly VerbEntry[] = [
  { name: 'engine', summary: 'Start, stop or show the container engine', load: () => import('./verbs/engine.ts') },
  { name: 'version', summary: 'Show the version information', load: () => import('./verbs/version.ts') },
]
