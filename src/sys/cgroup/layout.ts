import { readFileSync } from 'node:fs'
import { type MountEntry, readMountinfo } from '../mountinfo.ts'

/** `hybrid`: v1 hierarchies and a v2 one beside them. */
export type CgroupMode = 'v1' | 'hybrid' | 'v2'

/** Where this host keeps its control groups. */
export interface CgroupLayout {
  readonly mode: CgroupMode
  /** v1: controller (or `name=systemd`) -> mount point of its hierarchy. */
  readonly v1: ReadonlyMap<string, string>
  /** Mount point of the v2 hierarchy, where there is one. */
  readonly unified: string | undefined
  /** Controllers of the v2 hierarchy. */
  readonly unifiedControllers: readonly string[]
}

const notControllers = new Set(['rw', 'ro', 'seclabel', 'noprefix', 'xattr', 'clone_children', 'cpuset_v2_mode', 'nsdelegate'])

/** Reads the layout from the kernel: mounts below /sys/fs/cgroup. */
export function readCgroupLayout(): CgroupLayout {
  return cgroupLayout(readMountinfo(), (path) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  })
}

/** The layout these mounts make; `read` gives a file's text, '' where it is missing. */
export function cgroupLayout(mounts: readonly MountEntry[], read: (path: string) => string): CgroupLayout {
  const own = mounts.filter(({ target }) => target === '/sys/fs/cgroup' || target.startsWith('/sys/fs/cgroup/'))
  const v1 = new Map<string, string>()
  for (const { type, target, superOptions } of own) {
    if (type !== 'cgroup') continue
    for (const option of superOptions) {
      const isPath = option.startsWith('release_agent=')
      if (!notControllers.has(option) && !isPath && option !== '') v1.set(option, target)
    }
  }
  const unified = own.find(({ type }) => type === 'cgroup2')?.target
  const controllers = unified === undefined ? '' : read(`${unified}/cgroup.controllers`).trim()
  return {
    mode: v1.size === 0 ? 'v2' : unified === undefined ? 'v1' : 'hybrid',
    v1,
    unified,
    unifiedControllers: controllers === '' ? [] : controllers.split(' '),
  }
}

/** All directories of a group, one per hierarchy; `path` is as the OCI cgroupsPath: `/tscompose/<id>`. */
export function groupDirectories({ v1, unified }: CgroupLayout, path: string): readonly string[] {
  const roots = new Set([...v1.values(), ...(unified === undefined ? [] : [unified])])
  return [...roots].map((root) => `${root}${path}`)
}

/** The directory where `controller` is set for a group; undefined where this host has no such controller. */
export function controllerDirectory(layout: CgroupLayout, controller: string, path: string): string | undefined {
  const root = layout.v1.get(controller) ?? (layout.unifiedControllers.includes(controller) ? layout.unified : undefined)
  return root === undefined ? undefined : `${root}${path}`
}
