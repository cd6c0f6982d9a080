import { TscomposeError } from '../../../base/errors.ts'
import type { Healthcheck } from '../../../oci/image-config.ts'

/** A probe the engine makes itself. */
export interface RemoteProbe {
  readonly kind: 'http' | 'tcp'
  readonly port: number
  /** Of HTTP; '/' for TCP. */
  readonly path: string
}

/** A health check with every default filled in; times in milliseconds. */
export interface HealthPlan {
  /** Instead of running `args` in the container. */
  readonly remote?: RemoteProbe
  readonly args: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly startPeriodMs: number
  /** Pause between probes during the start period. */
  readonly startIntervalMs: number
  readonly retries: number
}

const nanosPerMs = 1_000_000
const defaults = { interval: 30_000, timeout: 30_000, startInterval: 5_000, retries: 3 } as const
const shell = ['/bin/sh', '-c'] as const

/** The image's check with the container's fields laid over it. Undefined: none, or switched off. Throws INVALID_HEALTHCHECK. */
export function effectiveHealthcheck(
  image: Healthcheck | undefined,
  spec: Partial<Healthcheck> | undefined,
  imageShell: readonly string[] = shell,
): HealthPlan | undefined {
  const given = Object.fromEntries(Object.entries(spec ?? {}).filter(([, value]) => value !== undefined))
  const merged: Healthcheck = { ...image, ...given }
  const remote = remoteProbe(merged.Test)
  const args = remote === undefined ? probeArgs(merged.Test, imageShell) : []
  if (args === undefined) return undefined
  const startPeriodMs = millis(merged.StartPeriod, 0)
  const intervalMs = millis(merged.Interval, defaults.interval)
  return {
    ...(remote === undefined ? {} : { remote }),
    args,
    intervalMs,
    timeoutMs: millis(merged.Timeout, defaults.timeout),
    startPeriodMs,
    startIntervalMs: Math.min(millis(merged.StartInterval, defaults.startInterval), intervalMs),
    retries: merged.Retries === undefined || merged.Retries <= 0 ? defaults.retries : merged.Retries,
  }
}

/** `[HTTP, port, path]` and `[TCP, port]`, ours alone. */
function remoteProbe(test: readonly string[] | undefined): RemoteProbe | undefined {
  const [kind, port = '', path = '/'] = test ?? []
  if (kind !== 'HTTP' && kind !== 'TCP') return undefined
  const number = Number(port)
  if (Number.isInteger(number) && number > 0 && number < 65_536 && path.startsWith('/')) {
    return { kind: kind === 'HTTP' ? 'http' : 'tcp', port: number, path }
  }
  throw new TscomposeError('invalid', 'INVALID_HEALTHCHECK', `not a health check test: ${JSON.stringify(test)}`, {
    hint: 'give x-http a port and a path such as 8080/health, x-tcp a port',
  })
}

function probeArgs(test: readonly string[] | undefined, imageShell: readonly string[]): readonly string[] | undefined {
  const [kind, ...args] = test ?? []
  if (kind === undefined || kind === 'NONE') return undefined
  if (kind === 'CMD' && args.length > 0) return args
  if (kind === 'CMD-SHELL' && args.length > 0) return [...imageShell, ...args]
  throw new TscomposeError('invalid', 'INVALID_HEALTHCHECK', `not a health check test: ${JSON.stringify(test)}`, {
    hint: 'begin the list with CMD, CMD-SHELL or NONE',
  })
}

function millis(nanos: number | undefined, fallback: number): number {
  return nanos === undefined || nanos <= 0 ? fallback : Math.max(1, Math.round(nanos / nanosPerMs))
}
