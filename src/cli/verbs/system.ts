import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: () => undefined,
  run: async () => 0,
  verbs: [
    { name: 'df', summary: 'Show disk usage', load: () => import('./system/df.ts') },
    { name: 'prune', summary: 'Remove what no container needs', load: () => import('./system/prune.ts') },
  ],
}
