import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCgroupLayout } from '../../sys/cgroup/layout.ts'
import { diskFree } from '../../sys/files.ts'
import { createBridge } from '../../sys/netlink/route.ts'
import { openNetlink } from '../../sys/netlink/socket.ts'
import { createNetns, removeNetns } from '../../sys/netns.ts'
import { findExecutable, run } from '../../sys/process.ts'
import { enginePaths } from '../places.ts'
import { type Finding, kernelFinding, lack, ok, programFinding, warning } from './finding.ts'

/** Everything the engine needs of a host, looked at without the engine. Changes nothing that stays. */
export async function examineHost(): Promise<readonly Finding[]> {
  if (process.getuid?.() !== 0) {
    return [lack('root', 'this is not root', 'run the command as root, for example with sudo'), kernelFinding(release())]
  }
  const findings = await Promise.all([
    ok('root', 'yes'),
    kernelFinding(release()),
    overlay(),
    bridge(),
    cgroups(),
    seccomp(),
    runtime(),
    program('conmon', { version: ['--version'] }),
    firewall('iptables', 'lack'),
    firewall('ip6tables', 'warning'),
    forwarding(),
    optional('tini-static', { package: 'tini', use: '`init: true`' }),
    optional('debootstrap', { package: 'debootstrap', use: '`image bootstrap`' }),
    diskSpace(),
  ])
  return findings
}

function overlay(): Finding {
  const known = readFileSync('/proc/filesystems', 'utf8').includes('\toverlay\n')
  if (known) return ok('overlay', 'overlayfs in the kernel')
  const module = existsSync(`/lib/modules/${release()}/kernel/fs/overlayfs`)
  return module
    ? lack('overlay', 'overlayfs is not loaded', 'modprobe overlay')
    : lack('overlay', 'the kernel has no overlayfs', 'boot a kernel with CONFIG_OVERLAY_FS')
}

/** Really makes one, in a network namespace of its own. */
function bridge(): Finding {
  const directory = mkdtempSync(join(tmpdir(), 'tscompose-doctor-'))
  const path = join(directory, 'netns')
  try {
    createNetns(path, () => {
      const socket = openNetlink()
      try {
        socket.request([createBridge({ name: 'tsc-doctor' })])
      } finally {
        socket.close()
      }
    })
    return ok('bridge', 'network namespaces and bridges can be made')
  } catch (error) {
    return lack(
      'bridge',
      `cannot make a bridge in a network namespace: ${messageOf(error)}`,
      'modprobe bridge, and give this machine CAP_NET_ADMIN and CAP_SYS_ADMIN',
    )
  } finally {
    removeNetns(path)
    rmSync(directory, { recursive: true, force: true })
  }
}

function cgroups(): Finding {
  const layout = readCgroupLayout()
  const missing = ['cpu', 'memory', 'pids'].filter(
    (controller) => !layout.v1.has(controller) && !layout.unifiedControllers.includes(controller),
  )
  const name = 'cgroups'
  if (missing.length === 0) return ok(name, `${layout.mode}, with cpu, memory and pids`)
  return warning(
    name,
    `${layout.mode}, without ${missing.join(', ')}: such limits will not hold`,
    'enable the controllers on the kernel command line',
  )
}

function seccomp(): Finding {
  const filtered = /^Seccomp:/m.test(readFileSync('/proc/self/status', 'utf8'))
  return filtered
    ? ok('seccomp', 'in the kernel')
    : warning('seccomp', 'not in the kernel: containers run without a system call filter', 'boot a kernel with CONFIG_SECCOMP_FILTER')
}

async function runtime(): Promise<Finding> {
  const crun = await program('crun', { version: ['--version'] })
  if (crun.status === 'ok') return crun
  const runc = await program('runc', { version: ['--version'] })
  return runc.status === 'ok' ? warning('crun', `not installed; ${runc.detail} is used instead`, 'apt-get install crun') : crun
}

async function program(name: string, options: { readonly version: readonly string[] }): Promise<Finding> {
  const path = findExecutable(name)
  if (path === undefined) return programFinding(name, undefined)
  const { stdout, stderr } = await run(path, options.version, { accept: 'any', timeout: 5_000 })
  return programFinding(name, { path, version: (stdout || stderr).split('\n')[0] ?? '' })
}

/** Listing a fresh namespace's nat table loads the modules where they are to be had. */
async function firewall(name: string, severity: 'lack' | 'warning'): Promise<Finding> {
  const say = severity === 'lack' ? lack : warning
  const path = findExecutable(name)
  if (path === undefined) return say(name, 'not installed', 'apt-get install iptables')
  const listed = await run('unshare', ['--net', path, '-w', '-t', 'nat', '-S'], { accept: 'any', timeout: 5_000 })
  if (listed.exitCode !== 0)
    return say(
      name,
      `no nat table: ${listed.stderr.trim().split('\n')[0] ?? ''}`,
      `modprobe ${name === 'iptables' ? 'iptable_nat' : 'ip6table_nat'} nft_compat`,
    )
  const { stdout } = await run(path, ['--version'], { accept: 'any', timeout: 5_000 })
  return ok(name, `${stdout.trim()} (${path})`)
}

function forwarding(): Finding {
  const path = '/proc/sys/net/ipv4/ip_forward'
  const value = readFileSync(path, 'utf8').trim()
  if (value === '1') return ok('ip_forward', 'on')
  try {
    accessSync(path, constants.W_OK)
    return ok('ip_forward', 'off; the engine turns it on with its first network')
  } catch {
    return lack('ip_forward', 'off, and it cannot be written here', 'sysctl -w net.ipv4.ip_forward=1')
  }
}

function optional(name: string, { package: from, use }: { readonly package: string; readonly use: string }): Finding {
  const path = findExecutable(name)
  return path === undefined ? warning(name, `not installed: only ${use} needs it`, `apt-get install ${from}`) : ok(name, path)
}

function diskSpace(): Finding {
  const place = existsSync(enginePaths.dataRoot) ? enginePaths.dataRoot : '/var/lib'
  const { bytes } = diskFree(place)
  const detail = `${(bytes / 1e9).toFixed(1)} GB free in ${place}`
  if (bytes < 200e6) return lack('disk space', detail, 'make room, or mount a larger disk there')
  return bytes < 2e9 ? warning('disk space', detail, 'make room before pulling large images') : ok('disk space', detail)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
