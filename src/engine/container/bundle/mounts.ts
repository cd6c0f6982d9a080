import type { RuntimeMount } from '../../../oci/runtime-spec.ts'
import type { BundleInput, ResolvedMount } from './input.ts'

const defaultShmSize = 64 * 1024 * 1024

/** All mounts of the container: the system's own first, then everything else, parents before children. */
export function bundleMounts(input: BundleInput): readonly RuntimeMount[] {
  const user = input.mounts.map((mount) => userMount(mount, input))
  const targets = new Set(user.map((mount) => mount.destination))
  const own = [...systemMounts(input), ...initMount(input)].filter((mount) => !targets.has(mount.destination))
  const files = input.files.filter((file) => !targets.has(file.target)).map((file) => fileMount(file, input))
  return [...own, ...[...user, ...files].sort((a, b) => depth(a) - depth(b))]
}

function systemMounts(input: BundleInput): readonly RuntimeMount[] {
  const readOnly = input.spec.privileged === true ? [] : ['ro']
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', ...readOnly] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', ...readOnly] },
    ...ipcMounts(input),
  ]
}

function ipcMounts(input: BundleInput): readonly RuntimeMount[] {
  const shared = { type: 'bind', options: ['rbind', 'rprivate'] }
  // Shows the queues of the namespace it is mounted from: those of a host that has not mounted them itself as well.
  const messages: RuntimeMount = { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] }
  if (input.shm === null) return [messages]
  if (input.shm !== undefined) return [messages, { destination: '/dev/shm', source: input.shm, ...shared }]
  const size = input.spec.shmSize ?? defaultShmSize
  const options = ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${size}`]
  return [messages, { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options }]
}

function initMount(input: BundleInput): readonly RuntimeMount[] {
  if (input.initPath === undefined) return []
  return [{ destination: '/sbin/docker-init', type: 'bind', source: input.initPath, options: ['bind', 'ro'] }]
}

function userMount(mount: ResolvedMount, input: BundleInput): RuntimeMount {
  if (mount.type === 'tmpfs') return tmpfsMount(mount)
  const bind = mount.recursive === 'disabled' ? 'bind' : 'rbind'
  const propagation = mount.propagation === undefined || mount.propagation === '' ? 'rprivate' : mount.propagation
  const options = [bind, ...readOnlyOption(mount, input), propagation]
  return { destination: mount.target, type: 'bind', source: mount.source, options }
}

/** Nothing can be mounted below a file, and crun refuses `rro` for it. */
function readOnlyOption(
  mount: { readonly readOnly: boolean; readonly recursive?: string; readonly file?: boolean },
  input: BundleInput,
): readonly string[] {
  if (!mount.readOnly) return []
  if (mount.file === true) return ['ro']
  const shallow = mount.recursive === 'disabled' || mount.recursive === 'writable' || !input.host.recursiveReadOnly
  return [shallow ? 'ro' : 'rro']
}

/** Options the user names replace the defaults they contradict. */
function tmpfsMount(mount: ResolvedMount & { readonly type: 'tmpfs' }): RuntimeMount {
  const given = mount.options ?? []
  const opposite: Readonly<Record<string, string>> = { noexec: 'exec', nosuid: 'suid', nodev: 'dev' }
  const defaults = ['noexec', 'nosuid', 'nodev'].filter((option) => !given.includes(opposite[option] ?? '') && !given.includes(option))
  return {
    destination: mount.target,
    type: 'tmpfs',
    source: 'tmpfs',
    options: [
      ...defaults,
      ...(mount.readOnly ? ['ro'] : []),
      'rprivate',
      ...(mount.mode === undefined ? [] : [`mode=${mount.mode.toString(8)}`]),
      ...(mount.size === undefined ? [] : [`size=${mount.size}`]),
      ...given,
    ],
  }
}

function fileMount(file: BundleInput['files'][number], input: BundleInput): RuntimeMount {
  const readOnly = file.readOnly || input.spec.readOnlyRootfs === true
  return {
    destination: file.target,
    type: 'bind',
    source: file.source,
    options: ['rbind', ...readOnlyOption({ readOnly, file: true }, input), 'rprivate'],
  }
}

function depth(mount: RuntimeMount): number {
  return mount.destination.split('/').filter((part) => part !== '').length
}
