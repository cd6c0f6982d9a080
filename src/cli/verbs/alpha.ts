import type { Verb } from '../verb.ts'

/** Names docker compose gives to what it may still change. */
export const verb: Verb = {
  dryRunBelow: true,
  configure: () => undefined,
  run: async () => 0,
  verbs: [
    { name: 'generate', summary: 'Generate a Compose file from existing containers', load: () => import('./generate.ts') },
    { name: 'publish', summary: 'Publish compose application', load: () => import('./publish.ts') },
    { name: 'viz', summary: 'Generate a graphviz graph from your compose file', load: () => import('./viz.ts') },
  ],
}
