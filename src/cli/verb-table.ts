import type { VerbEntry } from './verb.ts'

/** Every verb, in alphabetical order. A module is imported only when its verb is used. */
export const verbTable: readonly VerbEntry[] = [
  { name: 'doctor', summary: 'Say what this host lacks and how to mend it', load: () => import('./verbs/doctor.ts') },
  { name: 'engine', summary: 'Start, stop or show the container engine', load: () => import('./verbs/engine.ts') },
  { name: 'image', summary: 'Manage images', load: () => import('./verbs/image.ts') },
  {
    name: 'inspect',
    summary: 'Display detailed information on containers, images, networks and volumes',
    load: () => import('./verbs/inspect.ts'),
  },
  { name: 'version', summary: 'Show the version information', load: () => import('./verbs/version.ts') },
]
