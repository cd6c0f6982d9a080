import { TscomposeError } from '../../../base/errors.ts'

/** Every capability of Linux 6.x, by bit number. */
export const allCapabilities: readonly string[] = `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
  LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
  SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
  MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
  .split(/\s+/)
  .map((name) => `CAP_${name}`)

/** What a container gets unless told otherwise: Docker's fourteen. */
export const defaultCapabilities: readonly string[] = `AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE
  NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT`
  .split(/\s+/)
  .map((name) => `CAP_${name}`)

export interface CapabilityRequest {
  readonly add?: readonly string[]
  readonly drop?: readonly string[]
  readonly privileged?: boolean
  /** What the engine's own bounding set holds: nothing beyond it can be given. */
  readonly available?: readonly string[]
}

/**
 * The final set, in the kernel's order. `ALL` in add gives everything, in drop takes everything; a name in both is kept.
 * Throws `invalid` UNKNOWN_CAPABILITY for a name the kernel does not know.
 */
export function resolveCapabilities({ add = [], drop = [], privileged = false, available }: CapabilityRequest): readonly string[] {
  const added = add.map(normalizeCapability)
  const dropped = drop.map(normalizeCapability)
  const everything = available === undefined ? allCapabilities : allCapabilities.filter((name) => available.includes(name))
  if (privileged) return everything
  const wanted = new Set(startingSet(added, dropped, everything))
  if (!dropped.includes('ALL')) for (const name of dropped) wanted.delete(name)
  if (!added.includes('ALL')) for (const name of added) wanted.add(name)
  return everything.filter((name) => wanted.has(name))
}

function startingSet(added: readonly string[], dropped: readonly string[], everything: readonly string[]): readonly string[] {
  if (added.includes('ALL')) return everything
  return dropped.includes('ALL') ? [] : defaultCapabilities
}

/** `net_admin` and `CAP_NET_ADMIN` are the same; `ALL` stays. */
export function normalizeCapability(name: string): string {
  const upper = name.trim().toUpperCase()
  if (upper === 'ALL' || upper === 'CAP_ALL') return 'ALL'
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
  if (allCapabilities.includes(full)) return full
  throw new TscomposeError('invalid', 'UNKNOWN_CAPABILITY', `unknown capability ${JSON.stringify(name)}`, {
    hint: 'see capabilities(7) for the names, or use ALL',
  })
}
