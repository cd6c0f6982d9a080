import { TscomposeError } from '../../../base/errors.ts'
import type { RuntimeSeccomp, RuntimeSyscallRule } from '../../../oci/runtime-spec.ts'
import { type SeccompGroup, seccompArchitectures, seccompGroups } from './seccomp-table.ts'

export interface SeccompTarget {
  /** Final bounding set, `CAP_…`. */
  readonly capabilities: readonly string[]
  /** `amd64`, `arm64` … */
  readonly architecture: string
}

/** The default filter for a container with these capabilities on this machine, as plain OCI rules without conditions. */
export function defaultSeccomp(target: SeccompTarget): RuntimeSeccomp {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    ...architecturesOf(target.architecture),
    syscalls: seccompGroups.filter((group) => holds(group, target)).map(toRule),
  }
}

function architecturesOf(architecture: string): { readonly architectures?: readonly string[] } {
  const architectures = seccompArchitectures[architecture]
  return architectures === undefined ? {} : { architectures }
}

function holds(group: SeccompGroup, { capabilities, architecture }: SeccompTarget): boolean {
  if (group.capability !== undefined && !capabilities.includes(group.capability)) return false
  if (group.withoutCapability !== undefined && capabilities.includes(group.withoutCapability)) return false
  if (group.architectures !== undefined && !group.architectures.includes(architecture)) return false
  return group.exceptArchitectures === undefined || !group.exceptArchitectures.includes(architecture)
}

function toRule(group: SeccompGroup): RuntimeSyscallRule {
  const names = group.names.split(/\s+/).filter((name) => name !== '')
  const action = group.errno === undefined ? { action: 'SCMP_ACT_ALLOW' } : { action: 'SCMP_ACT_ERRNO', errnoRet: group.errno }
  if (group.argument === undefined) return { names, ...action }
  const { index, op, value, valueTwo } = group.argument
  return { names, ...action, args: [{ index, value, op: `SCMP_CMP_${op}`, ...(valueTwo === undefined ? {} : { valueTwo }) }] }
}

/**
 * Reads a user's filter: plain OCI, or Docker's form with `archMap`, `includes`, `excludes` and `name`.
 * Throws `invalid` INVALID_SECCOMP_PROFILE for anything else.
 */
export function parseSeccompProfile(text: string, target: SeccompTarget & { readonly file: string }): RuntimeSeccomp {
  const profile = parseJson(text, target.file)
  if (!isRecord(profile) || typeof profile.defaultAction !== 'string') throw invalid(target.file, 'defaultAction is missing')
  const syscalls = profile.syscalls ?? []
  if (!Array.isArray(syscalls)) throw invalid(target.file, 'syscalls is not a list')
  const listed = profile.architectures
  const architectures = Array.isArray(listed) ? { architectures: listed.map(String) } : architecturesOf(target.architecture)
  return {
    defaultAction: profile.defaultAction,
    ...(typeof profile.defaultErrnoRet === 'number' ? { defaultErrnoRet: profile.defaultErrnoRet } : {}),
    ...architectures,
    ...(Array.isArray(profile.flags) ? { flags: profile.flags.map(String) } : {}),
    syscalls: syscalls.flatMap((rule: unknown) => parseRule(rule, target)),
  }
}

function parseRule(rule: unknown, target: SeccompTarget & { readonly file: string }): readonly RuntimeSyscallRule[] {
  if (!isRecord(rule) || typeof rule.action !== 'string') throw invalid(target.file, 'a rule has no action')
  const names = Array.isArray(rule.names) ? rule.names.map(String) : typeof rule.name === 'string' ? [rule.name] : []
  if (names.length === 0) throw invalid(target.file, 'a rule names no system call')
  if (!conditionHolds(rule.includes, target, true) || !conditionHolds(rule.excludes, target, false)) return []
  const args = Array.isArray(rule.args) ? rule.args : []
  return [
    {
      names,
      action: rule.action,
      ...(typeof rule.errnoRet === 'number' ? { errnoRet: rule.errnoRet } : {}),
      ...(args.length === 0 ? {} : { args: args as NonNullable<RuntimeSyscallRule['args']> }),
    },
  ]
}

/** `includes` must match where it is given, `excludes` must not. A kernel floor is taken as met: 4.8 is long past. */
function conditionHolds(condition: unknown, target: SeccompTarget, wanted: boolean): boolean {
  if (!isRecord(condition)) return true
  const caps = Array.isArray(condition.caps) ? condition.caps.map(String) : []
  const arches = Array.isArray(condition.arches) ? condition.arches.map(String) : []
  const capMatch = caps.some((cap) => target.capabilities.includes(cap))
  const archMatch = arches.includes(target.architecture)
  if (wanted) return (caps.length === 0 || capMatch) && (arches.length === 0 || archMatch)
  return !capMatch && !archMatch
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new TscomposeError('invalid', 'INVALID_SECCOMP_PROFILE', `seccomp profile ${file} is not JSON`, { cause })
  }
}

function invalid(file: string, what: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_SECCOMP_PROFILE', `seccomp profile ${file}: ${what}`, {
    hint: 'use an OCI or Docker seccomp profile in JSON',
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
