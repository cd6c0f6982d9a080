import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { groupPids, isFrozen, removeGroup, setFrozen } from '../../src/sys/cgroup/group.ts'
import { controllerDirectory, readCgroupLayout } from '../../src/sys/cgroup/layout.ts'
import { applyLimits } from '../../src/sys/cgroup/limits.ts'
import { oomKills, readGroupStats } from '../../src/sys/cgroup/stats.ts'
import { type CgroupView, createCgroupView } from '../../src/sys/cgroup/view.ts'
import { run } from '../../src/sys/process.ts'

const roots = ['/run/tscompose', '/var/lib/tscompose']
const bundle = '/run/tscompose/bundle'
const id = `cgroup-test-${process.pid}`
const path = `/tscompose-test/${id}`
const layout = readCgroupLayout()

const sh = (command: string): string => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()

let view: CgroupView
let mountsBefore: string

const runtimeSpec = {
  ociVersion: '1.0.2',
  process: { terminal: false, user: { uid: 0, gid: 0 }, args: ['/bin/busybox', 'sleep', '600'], env: ['PATH=/bin'], cwd: '/' },
  root: { path: 'rootfs' },
  mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
  linux: {
    cgroupsPath: path,
    namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'ipc' }, { type: 'uts' }],
    resources: { memory: { limit: 64 << 20 }, pids: { limit: 20 }, cpu: { shares: 512, quota: 50_000, period: 100_000 } },
  },
}

const crun = (...args: string[]): Promise<unknown> => run('crun', ['--root', '/run/tscompose/crun', ...args], { within: view.enter })

beforeAll(async () => {
  mountsBefore = sh('findmnt -rn -o TARGET,FSTYPE | sort')
  view = createCgroupView(roots)
  mkdirSync(`${bundle}/rootfs/bin`, { recursive: true })
  sh(`mkdir -p ${bundle}/rootfs/proc ${bundle}/rootfs/dev`)
  sh(`cp /bin/busybox ${bundle}/rootfs/bin/busybox`)
  writeFileSync(`${bundle}/config.json`, JSON.stringify(runtimeSpec))
  // Detached with its output on a file: a pipe would stay open as long as the container.
  await run(
    'sh',
    [
      '-c',
      `crun --root /run/tscompose/crun run -d -b ${bundle} ${id} >${bundle}/out 2>&1 </dev/null || { cat ${bundle}/out >&2; exit 1; }`,
    ],
    {
      within: view.enter,
    },
  )
})

afterAll(async () => {
  await run('crun', ['--root', '/run/tscompose/crun', 'delete', '-f', id], { within: view.enter, accept: 'any' })
  await removeGroup(layout, '/tscompose-test')
  view.close()
  rmSync(bundle, { recursive: true, force: true })
})

const kernel = (controller: string, file: string): string =>
  readFileSync(`${controllerDirectory(layout, controller, path)}/${file}`, 'utf8').trim()
const v1 = layout.v1.has('memory')

describe('cgroup view', () => {
  it('lets crun create a container whose limits the kernel holds', () => {
    expect(kernel('memory', v1 ? 'memory.limit_in_bytes' : 'memory.max')).toBe(String(64 << 20))
    expect(kernel('pids', 'pids.max')).toBe('20')
    expect(kernel('cpu', v1 ? 'cpu.cfs_quota_us' : 'cpu.max')).toBe(v1 ? '50000' : '50000 100000')
  })

  it('leaves the cgroup mounts of this process as they were', () => {
    expect(sh('findmnt -rn -o TARGET,FSTYPE | grep cgroup | sort')).toBe(
      mountsBefore
        .split('\n')
        .filter((line) => line.includes('cgroup'))
        .join('\n'),
    )
  })

  it.runIf(layout.mode === 'hybrid')("shows mounts that are made after it, ours and the host's", () => {
    mkdirSync('/var/lib/tscompose/late')
    mkdirSync(`/tmp/${id}`)
    sh(`mount -t tmpfs late /var/lib/tscompose/late && mount -t tmpfs late /tmp/${id}`)
    try {
      const seen = view.enter(() => sh('findmnt -rn -o TARGET,SOURCE'))
      expect(seen).toContain('/var/lib/tscompose/late late')
      expect(seen).toContain(`/tmp/${id} late`)
      expect(view.enter(() => sh('ls /sys/fs/cgroup'))).not.toContain('unified')
      // What needs no mounts of the host does not look for them, and sees ours all the same.
      sh('mount -t tmpfs later /var/lib/tscompose/late')
      expect(view.enter(() => sh('findmnt -rn -o TARGET,SOURCE'), { ownMountsOnly: true })).toContain('/var/lib/tscompose/late later')
      sh('umount /var/lib/tscompose/late')
      expect(sh(`${view.prefix().join(' ')} ls /sys/fs/cgroup`)).not.toContain('unified')
    } finally {
      sh(`umount /var/lib/tscompose/late && umount /tmp/${id} && rmdir /tmp/${id}`)
    }
  })
})

describe('closing the view', () => {
  it.runIf(layout.mode === 'hybrid')('takes away the mounts made for it, though a socket is bound in them', async () => {
    // Not below the roots of the other view: those are shared already.
    const closing = `/tmp/${id}-closing`
    for (const name of ['a', 'b']) mkdirSync(`${closing}/${name}/sub`, { recursive: true })
    const mounted = (): string => sh(`findmnt -rn -o TARGET | grep ${closing} || true`)
    const own = createCgroupView([`${closing}/a`, `${closing}/b`])
    expect(mounted().split('\n')).toEqual([`${closing}/a`, `${closing}/b`])
    const server = createServer().listen(`${closing}/a/socket`)
    await once(server, 'listening')
    sh(`mount -t tmpfs none ${closing}/b/sub`)
    own.close()
    expect(mounted().split('\n')).toEqual([`${closing}/b`, `${closing}/b/sub`])
    sh(`umount ${closing}/b/sub`)
    createCgroupView([`${closing}/b`]).close()
    expect(mounted()).toBe('')
    server.close()
    rmSync(closing, { recursive: true })
  })
})

describe('groups', () => {
  it('lists the processes that are in the container', () => {
    const pids = groupPids(layout, path)
    expect(pids).toHaveLength(1)
    expect(readFileSync(`/proc/${pids[0]}/cmdline`, 'utf8')).toContain('busybox\0sleep')
  })

  it('reads use and limits', () => {
    const stats = readGroupStats(layout, path)
    expect(stats).toMatchObject({ memoryLimit: 64 << 20, pids: 1, pidsLimit: 20 })
    expect(stats.cpuNanos).toBeGreaterThan(0)
    expect(oomKills(layout, path)).toBe(0)
  })

  it('changes the limits of a living group, in either direction', () => {
    applyLimits(layout, path, { memory: 128 << 20, pids: 0, cpuQuota: 150_000, cpuPeriod: 100_000, cpuShares: 1024 })
    expect(kernel('memory', v1 ? 'memory.limit_in_bytes' : 'memory.max')).toBe(String(128 << 20))
    expect(kernel('pids', 'pids.max')).toBe('max')
    expect(kernel('cpu', v1 ? 'cpu.cfs_quota_us' : 'cpu.max')).toBe(v1 ? '150000' : '150000 100000')
    applyLimits(layout, path, { memory: 32 << 20, pids: 5 })
    expect(readGroupStats(layout, path)).toMatchObject({ memoryLimit: 32 << 20, pidsLimit: 5 })
  })

  it('says which limit the kernel refuses', () => {
    expect(() => applyLimits(layout, path, { cpusetCpus: '4000' })).toThrow(expect.objectContaining({ code: 'CGROUP_LIMIT' }))
    expect(() => applyLimits(layout, '/tscompose-test/none', { pids: 5 })).toThrow(expect.objectContaining({ code: 'CGROUP_MISSING' }))
  })

  it('freezes and thaws', async () => {
    const [pid] = groupPids(layout, path)
    await setFrozen(layout, path, true)
    expect(isFrozen(layout, path)).toBe(true)
    process.kill(pid ?? 0, 'SIGTERM')
    expect(groupPids(layout, path)).toEqual([pid])
    await setFrozen(layout, path, false)
    expect(isFrozen(layout, path)).toBe(false)
  })

  it('kills and removes a whole group even while it is frozen, twice without complaint', async () => {
    await setFrozen(layout, path, true)
    await removeGroup(layout, path)
    expect(sh(`find /sys/fs/cgroup -type d -path '*tscompose-test/${id}*'`)).toBe('')
    await removeGroup(layout, path)
    await crun('delete', '-f', id)
  })
})
