import { TscomposeError } from '../../base/errors.ts'
import type { UpRules } from '../../converge/reconcile/options.ts'
import type { BuildOptions } from '../../converge/spec/top-level.ts'
import type { Terminal } from '../terminal.ts'
import type { Invocation } from '../verb.ts'
import { isSet, seconds, text } from './flags.ts'

/** The rules of `up`, `create`, `scale` and `run` from whichever of their flags are there. */
export function upRules({ flags, terminal }: Pick<Invocation, 'flags' | 'terminal'>, named: readonly string[]): UpRules {
  // New anonymous volumes need new containers.
  const force = isSet(flags, 'forceRecreate') || isSet(flags, 'renewAnonVolumes')
  const recreate = force ? 'force' : flags.recreate === false ? 'never' : 'diverged'
  const pull = text(flags, 'pull')
  const waitTimeout = typeof flags.waitTimeout === 'number' ? { waitTimeoutMs: flags.waitTimeout * 1000 } : {}
  return {
    ...(named.length === 0 ? {} : { services: named }),
    recreate,
    recreateDependencies: isSet(flags, 'alwaysRecreateDeps') ? 'force' : recreate === 'never' ? 'never' : 'diverged',
    renewAnonymousVolumes: isSet(flags, 'renewAnonVolumes'),
    start: flags.start !== false,
    removeOrphans: isSet(flags, 'removeOrphans') || isTrue(terminal.env.COMPOSE_REMOVE_ORPHANS),
    ignoreOrphans: isTrue(terminal.env.COMPOSE_IGNORE_ORPHANS),
    ...seconds(flags, 'timeout'),
    images: {
      ...(pull === undefined || pull === 'policy' ? {} : { pull: pullPolicy(pull) }),
      build: isSet(flags, 'build'),
      noBuild: isSet(flags, 'noBuild'),
      buildOptions: callersAgent(terminal.env),
      now: Date.now(),
      settled: new Set(),
    },
    wait: isSet(flags, 'wait'),
    ...waitTimeout,
    recreateVolumes: isSet(flags, 'yes'),
  }
}

/** What `ssh: default` of a build section stands for. */
export function callersAgent({ SSH_AUTH_SOCK: sshSocket }: Terminal['env']): Pick<BuildOptions, 'sshSocket'> {
  return sshSocket === undefined ? {} : { sshSocket }
}

function pullPolicy(word: string): string {
  if (['always', 'missing', 'never', 'build', 'if_not_present'].includes(word)) return word
  throw new TscomposeError('invalid', 'USAGE', `invalid --pull option "${word}"`, {
    hint: 'use one of always, missing, never, build, policy',
  })
}

export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['1', 't', 'true', 'y', 'yes'].includes(value.toLowerCase())
}
