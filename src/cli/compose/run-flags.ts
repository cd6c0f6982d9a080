import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import type { MountSpec, PortSpec } from '../../engine/api.ts'

/** `[source:]target[:ro]`, the source a path (relative to `cwd`) or the name of a volume. */
export function parseVolume(text: string, cwd: string): MountSpec {
  const [first = '', second, options = ''] = text.split(':')
  const readOnly = options.split(',').includes('ro') ? { readOnly: true } : {}
  if (second === undefined) return { type: 'volume', target: requireTarget(first, text) }
  const target = requireTarget(second, text)
  const isPath = first.startsWith('.') || first.startsWith('/') || first.startsWith('~')
  if (!isPath) return { type: 'volume', source: first, target, ...readOnly }
  return { type: 'bind', source: resolve(cwd, first), target, createHostPath: true, ...readOnly }
}

function requireTarget(target: string, text: string): string {
  if (isAbsolute(target)) return target
  throw new TscomposeError('invalid', 'USAGE', `invalid volume "${text}": the path in the container must be absolute`, {
    hint: 'write it as SOURCE:/path or /path',
  })
}

/** `[[ip:]host:]container[/protocol]`, with ranges `8000-8002:80-82`. */
export function parsePublish(text: string): readonly PortSpec[] {
  const match = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(?:([\d-]*):)?(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(text)
  // One part before the container port is a host port, not an address.
  if (match === null) throw invalidPort(text)
  const [, ip6, before, middle, first = '', last] = match
  const hostOnly = before !== undefined && middle === undefined && /^[\d-]+$/.test(before)
  const hostIp = ip6 ?? (hostOnly ? undefined : before)
  const host = hostOnly ? before : middle
  const protocol = (match[6] ?? 'tcp') as PortSpec['protocol']
  const from = Number(first)
  const to = last === undefined ? from : Number(last)
  if (from < 1 || to > 65535 || to < from) throw invalidPort(text)
  const count = to - from + 1
  const [hostFrom, hostTo] = (host ?? '').split('-').map(Number)
  if (count > 1 && hostFrom !== undefined && host !== undefined && host !== '' && (hostTo ?? hostFrom) - hostFrom + 1 !== count)
    throw invalidPort(text)
  return Array.from({ length: count }, (_, index) => ({
    containerPort: from + index,
    protocol,
    ...(hostIp === undefined ? {} : { hostIp }),
    ...(host === undefined || host === '' ? {} : { hostPort: count === 1 ? host : String((hostFrom ?? 0) + index) }),
  }))
}

function invalidPort(text: string): TscomposeError {
  return new TscomposeError('invalid', 'USAGE', `invalid port "${text}"`, { hint: 'write it as 8080:80, 127.0.0.1:8080:80 or 80/udp' })
}

/** Lines `KEY=VALUE` or `KEY`; blank lines and comments are left out. */
export function readEnvFile(path: string, cwd: string): readonly string[] {
  try {
    return readFileSync(resolve(cwd, path), 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
  } catch (cause) {
    throw new TscomposeError('not-found', 'FILE_NOT_FOUND', `cannot read env file ${path}`, { cause, hint: 'correct --env-from-file' })
  }
}
