import { TscomposeError } from '../../../base/errors.ts'
import type { ImageConfig } from '../../../oci/image-config.ts'
import type { RuntimeCapabilities, RuntimeProcess } from '../../../oci/runtime-spec.ts'
import type { ContainerSpec } from '../../api.ts'
import type { BundleInput } from './input.ts'

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Entrypoint and command as they run: naming an entrypoint takes the image's command away. Throws NO_COMMAND where both are empty. */
export function effectiveCommand(spec: ContainerSpec, image: ImageConfig): readonly string[] {
  const entrypoint = spec.entrypoint ?? image.Entrypoint ?? []
  const inherited = spec.entrypoint === undefined ? (image.Cmd ?? []) : []
  const args = [...entrypoint, ...(spec.command ?? inherited)]
  if (args.length > 0) return args
  throw new TscomposeError('invalid', 'NO_COMMAND', `no command to run in ${spec.name}: image ${spec.image} has none`, {
    hint: 'set command: or entrypoint: for the service',
  })
}

/** `NAME=value` lines: PATH, HOSTNAME, TERM, the image's, then the spec's; null takes a name away. */
export function effectiveEnv(
  spec: Pick<ContainerSpec, 'env' | 'tty'>,
  image: ImageConfig,
  extra: { readonly hostname?: string; readonly home?: string } = {},
): readonly string[] {
  const values = new Map<string, string>([['PATH', defaultPath]])
  if (extra.hostname !== undefined) values.set('HOSTNAME', extra.hostname)
  if (spec.tty === true) values.set('TERM', 'xterm')
  for (const line of image.Env ?? []) setLine(values, line)
  for (const [name, value] of Object.entries(spec.env ?? {})) {
    if (value === null) values.delete(name)
    else values.set(name, value)
  }
  if (extra.home !== undefined && !values.has('HOME')) values.set('HOME', extra.home)
  return [...values].map(([name, value]) => `${name}=${value}`)
}

function setLine(values: Map<string, string>, line: string): void {
  const at = line.indexOf('=')
  if (at > 0) values.set(line.slice(0, at), line.slice(at + 1))
}

export function bundleProcess(input: BundleInput, capabilities: readonly string[], warn: (text: string) => void): RuntimeProcess {
  const { spec, user, image } = input
  const args = effectiveCommand(spec, image)
  return {
    terminal: spec.tty === true,
    user: { uid: user.uid, gid: user.gid, umask: 0o022, additionalGids: user.additionalGids },
    args: input.initPath === undefined ? args : ['/sbin/docker-init', '--', ...args],
    env: effectiveEnv(spec, image, { hostname: input.hostname, home: user.home }),
    cwd: workingDir(spec, image),
    capabilities: capabilitySets(capabilities, user.uid),
    rlimits: rlimits(input, warn),
    noNewPrivileges: (spec.securityOpt ?? []).some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option)),
    ...oomScore(input, warn),
  }
}

export function workingDir(spec: Pick<ContainerSpec, 'workingDir'>, image: ImageConfig): string {
  const wanted = spec.workingDir !== undefined && spec.workingDir !== '' ? spec.workingDir : image.WorkingDir
  return wanted === undefined || wanted === '' ? '/' : wanted
}

/** A process of an ordinary user starts with nothing effective; the bounding set still limits set-uid programs. */
export function capabilitySets(capabilities: readonly string[], uid: number): RuntimeCapabilities {
  const effective = uid === 0 ? capabilities : []
  return { bounding: capabilities, effective, permitted: effective, inheritable: [], ambient: [] }
}

/** Open files are set outright: Node raises its own soft limit to the hard one, and children would inherit that. */
function rlimits(input: BundleInput, warn: (text: string) => void): NonNullable<RuntimeProcess['rlimits']> {
  const { nofile = { soft: 1024, hard: 524_288 }, ...others } = input.spec.ulimits ?? {}
  const raise = input.host.capabilities.includes('CAP_SYS_RESOURCE')
  return Object.entries({ nofile, ...others }).map(([name, limit]) => {
    const ceiling = raise ? Number.POSITIVE_INFINITY : (input.host.hardLimits[name] ?? Number.POSITIVE_INFINITY)
    const wanted = { soft: unlimited(limit.soft), hard: unlimited(limit.hard) }
    // What nobody asked for is lowered without a word.
    if (wanted.hard > ceiling && input.spec.ulimits?.[name] !== undefined) {
      warn(`ulimit ${name} is lowered to ${ceiling}: the engine lacks CAP_SYS_RESOURCE to go above its own`)
    }
    return { type: `RLIMIT_${name.toUpperCase()}`, soft: Math.min(wanted.soft, ceiling), hard: Math.min(wanted.hard, ceiling) }
  })
}

/** -1 is without limit. RLIM_INFINITY itself is no JavaScript number; this is as good. */
function unlimited(value: number): number {
  return value < 0 ? 2 ** 63 - 1024 : value
}

/** Lowering the score takes CAP_SYS_RESOURCE: without it the container keeps the engine's own. */
function oomScore(input: BundleInput, warn: (text: string) => void): { readonly oomScoreAdj?: number } {
  const wanted = input.spec.resources?.oomScoreAdj
  if (input.host.capabilities.includes('CAP_SYS_RESOURCE')) return { oomScoreAdj: wanted ?? 0 }
  if (wanted !== undefined && wanted > 0) return { oomScoreAdj: wanted }
  if (wanted !== undefined && wanted < 0) warn('oom_score_adj cannot be lowered here: the engine lacks CAP_SYS_RESOURCE')
  return {}
}
