import { lookup } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { bindMount, umount } from '../../sys/mount.ts'
import { readMountinfo } from '../../sys/mountinfo.ts'
import { run } from '../../sys/process.ts'

/** What `driver_opts` of the local driver ask for. */
export type DriverMount =
  | { readonly kind: 'bind'; readonly device: string; readonly readOnly: boolean; readonly recursive: boolean }
  | { readonly kind: 'file-system'; readonly type: string; readonly device: string; readonly options: readonly string[] }

const knownKeys = new Set(['type', 'o', 'device', 'size'])
const mountTimeoutMs = 30_000

/**
 * Reads `type`, `o` and `device`; undefined where there are none, which is a plain directory.
 * Throws VOLUME_OPTIONS for what cannot be meant.
 */
export function parseDriverOptions(volume: string, options: Readonly<Record<string, string>>): DriverMount | undefined {
  const keys = Object.keys(options)
  if (keys.length === 0) return undefined
  const unknown = keys.find((key) => !knownKeys.has(key))
  if (unknown !== undefined) throw badOptions(volume, `the local driver has no option ${unknown}`)
  if (options.size !== undefined) throw badOptions(volume, 'option size needs a file system with project quotas, which is not supported')
  const { type = '', device = '' } = options
  const words = (options.o ?? '').split(',').filter((word) => word !== '')
  const isBind = words.includes('bind') || words.includes('rbind')
  if (!isBind && type === '') throw badOptions(volume, 'type is missing')
  if (device === '') throw badOptions(volume, 'device is missing')
  if (!isBind) return { kind: 'file-system', type, device, options: words }
  if (!isAbsolute(device)) throw badOptions(volume, `device ${JSON.stringify(device)} is not an absolute path`)
  return { kind: 'bind', device, readOnly: words.includes('ro'), recursive: words.includes('rbind') }
}

function badOptions(volume: string, why: string): TscomposeError {
  return new TscomposeError('invalid', 'VOLUME_OPTIONS', `volume ${volume}: driver_opts: ${why}`, {
    target: `volume ${volume}`,
    hint: 'for example: type: none, o: bind, device: /srv/data; or type: nfs, o: "addr=10.0.0.1,rw", device: ":/export"',
  })
}

/** True where something is mounted on the path itself. */
export function isMounted(path: string): boolean {
  return readMountinfo().some(({ target }) => target === path)
}

/** Mounts it on `target`. Rejects VOLUME_MOUNT with what the system said. The caller checks that it is not mounted yet. */
export async function mountDriver(volume: string, mount: DriverMount, target: string): Promise<void> {
  if (mount.kind === 'bind') {
    if (!existsSync(mount.device)) {
      throw mountFailed(volume, `${mount.device} does not exist`, `make the directory first: mkdir -p ${mount.device}`)
    }
    bindMount(mount.device, target, { readOnly: mount.readOnly, recursive: mount.recursive })
    return
  }
  const { type, device, options } = mount
  const resolved = await resolveAddress(volume, options)
  const args = ['-i', '-t', type, ...(resolved.length === 0 ? [] : ['-o', resolved.join(',')]), '--', device, target]
  try {
    // A program of its own: the mount of a server that does not answer blocks for minutes.
    await run('mount', args, { timeout: mountTimeoutMs })
  } catch (error) {
    umount(target, { detach: true })
    throw mountFailed(
      volume,
      error instanceof Error ? error.message : String(error),
      'check driver_opts, and that the server can be reached',
    )
  }
}

/** The kernel wants a number where people write a name in `addr=`. */
async function resolveAddress(volume: string, options: readonly string[]): Promise<readonly string[]> {
  const index = options.findIndex((option) => option.startsWith('addr='))
  const host = options[index]?.slice('addr='.length) ?? ''
  if (index < 0 || isIP(host) !== 0) return options
  try {
    const { address } = await lookup(host)
    return options.with(index, `addr=${address}`)
  } catch {
    throw mountFailed(volume, `the name ${host} cannot be resolved`, 'check addr= in driver_opts')
  }
}

function mountFailed(volume: string, why: string, hint: string): TscomposeError {
  return new TscomposeError('unavailable', 'VOLUME_MOUNT', `volume ${volume} cannot be mounted: ${why}`, {
    target: `volume ${volume}`,
    hint,
  })
}
