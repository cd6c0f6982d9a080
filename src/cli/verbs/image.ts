import type { Verb } from '../verb.ts'

export const verb: Verb = {
  configure: () => undefined,
  run: async () => 0,
  verbs: [
    { name: 'bootstrap', summary: "Make a base image from the distribution's own packages", load: () => import('./image/bootstrap.ts') },
    { name: 'build', summary: 'Build an image from a Dockerfile', load: () => import('./image/build.ts') },
    { name: 'commit', summary: 'Make an image of what a container has written', load: () => import('./image/commit.ts') },
    { name: 'history', summary: 'Show the history of an image', load: () => import('./image/history.ts') },
    { name: 'import', summary: 'Make an image of the contents of a tarball', load: () => import('./image/import.ts') },
    { name: 'inspect', summary: 'Display detailed information on one or more images', load: () => import('./image/inspect.ts') },
    { name: 'load', summary: 'Load images from a tar archive', load: () => import('./image/load.ts') },
    { name: 'ls', aliases: ['list'], summary: 'List images', load: () => import('./image/ls.ts') },
    { name: 'prune', summary: 'Remove unused images', load: () => import('./image/prune.ts') },
    {
      name: 'prune-build-cache',
      summary: 'Remove what builds keep for later ones',
      load: () => import('./image/prune-build-cache.ts'),
    },
    { name: 'pull', summary: 'Download an image from a registry', load: () => import('./image/pull.ts') },
    { name: 'push', summary: 'Upload an image to a registry', load: () => import('./image/push.ts') },
    { name: 'rm', aliases: ['remove'], summary: 'Remove one or more images', load: () => import('./image/rm.ts') },
    { name: 'save', summary: 'Save one or more images to a tar archive', load: () => import('./image/save.ts') },
    { name: 'tag', summary: 'Give an image one more name', load: () => import('./image/tag.ts') },
  ],
}
