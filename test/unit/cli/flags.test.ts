import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../src/cli/program.ts'
import { verbTable } from '../../../src/cli/verb-table.ts'

/** Every command of docker compose 2.40.3 and its flags, as its `--help` shows them (`--dry-run` is everywhere). */
const known: Readonly<Record<string, string>> = {
  attach: 'detach-keys index no-stdin sig-proxy',
  build: 'build-arg builder check memory no-cache print provenance pull push quiet sbom ssh with-dependencies',
  commit: 'author change index message pause',
  config:
    'environment format hash images lock-image-digests models networks no-consistency no-env-resolution no-interpolate no-normalize no-path-resolution output profiles quiet resolve-image-digests services variables volumes',
  cp: 'all archive follow-link index',
  create: 'build force-recreate no-build no-recreate pull quiet-pull remove-orphans scale yes',
  down: 'remove-orphans rmi timeout volumes',
  events: 'json since until',
  exec: 'detach env index no-tty privileged user workdir',
  export: 'index output',
  images: 'format quiet',
  kill: 'remove-orphans signal',
  logs: 'follow index no-color no-log-prefix since tail timestamps until',
  ls: 'all filter format quiet',
  pause: '',
  port: 'index protocol',
  ps: 'all filter format no-trunc orphans quiet services status',
  publish: 'app oci-version resolve-image-digests with-env yes',
  pull: 'ignore-buildable ignore-pull-failures include-deps policy quiet',
  push: 'ignore-push-failures include-deps quiet',
  restart: 'no-deps timeout',
  rm: 'force stop volumes',
  run: 'build cap-add cap-drop detach entrypoint env env-from-file interactive label name no-TTY no-deps publish pull quiet quiet-build quiet-pull remove-orphans rm service-ports use-aliases user volume workdir',
  scale: 'no-deps',
  start: '',
  stats: 'all format no-stream no-trunc',
  stop: 'timeout',
  top: '',
  unpause: '',
  up: 'abort-on-container-exit abort-on-container-failure always-recreate-deps attach attach-dependencies build detach exit-code-from force-recreate menu no-attach no-build no-color no-deps no-log-prefix no-recreate no-start pull quiet-build quiet-pull remove-orphans renew-anon-volumes scale timeout timestamps wait wait-timeout watch yes',
  version: 'format short',
  volumes: 'format quiet',
  wait: 'down-project',
  watch: 'no-up prune quiet',
  'alpha viz': 'image indentation-size networks ports spaces',
  'alpha generate': 'format name project-dir',
  'alpha publish': 'app oci-version resolve-image-digests with-env yes',
  'bridge convert': 'output templates transformation',
  'bridge transformations create': 'from',
  'bridge transformations list': 'format quiet',
}

async function help(command: string): Promise<string> {
  let text = ''
  const print = (part: string): void => {
    text += part
  }
  await parseCommandLine([...command.split(' '), '--help'], { table: verbTable, env: {}, print })
  return text
}

describe('the command line', () => {
  it.each(Object.entries(known))('%s has every flag docker compose gives it', async (command, flags) => {
    const text = await help(command)
    const own = new Set([...text.matchAll(/--[\w-]+/g)].map(([flag]) => flag))
    const wanted = `${flags} dry-run`.split(' ').filter((name) => name !== '')
    expect(wanted.filter((name) => !own.has(`--${name}`))).toEqual([])
  })
})
