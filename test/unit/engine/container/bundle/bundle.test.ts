import { describe, expect, it } from 'vitest'
import type { ContainerSpec } from '../../../../../src/engine/api.ts'
import { buildBundle } from '../../../../../src/engine/container/bundle/bundle.ts'
import { allCapabilities } from '../../../../../src/engine/container/bundle/capabilities.ts'
import type { BundleInput, HostFacts } from '../../../../../src/engine/container/bundle/input.ts'
import type { RuntimeSpec } from '../../../../../src/oci/runtime-spec.ts'

const host: HostFacts = {
  architecture: 'amd64',
  cgroup: 'hybrid',
  capabilities: allCapabilities,
  hardLimits: { nofile: 20_000, memlock: 65_536 },
  cpus: [0, 1, 4],
  memoryNodes: [0],
  blockWeight: true,
  seccomp: true,
  apparmor: false,
  recursiveReadOnly: true,
  swapAccounting: true,
  thermalPaths: [],
}

const id = 'faa00818460d551253e0f436a4a7d57429d14e61c1a55ae560f32f8c7fabe746'

function input(spec: Partial<ContainerSpec> = {}, more: Partial<BundleInput> = {}): BundleInput {
  return {
    id,
    spec: { name: 'web', image: 'busybox', labels: {}, network: { kind: 'none' }, command: ['sleep', '1000'], ...spec },
    image: {},
    host,
    user: { uid: 0, gid: 0, additionalGids: [0], home: '/root' },
    rootfs: '/rootfs',
    hostname: 'faa00818460d',
    mounts: [],
    files: ['resolv.conf', 'hostname', 'hosts'].map((name) => ({ source: `/b/${name}`, target: `/etc/${name}`, readOnly: false })),
    devices: [],
    blockDevices: {},
    namespaces: { network: { path: '/ns' }, pid: 'new', ipc: 'new', uts: 'new', cgroup: 'host' },
    cgroupsPath: `/tscompose/${id}`,
    ...more,
  }
}

/** The filter has a test of its own; here it would hide the rest. */
function golden(config: RuntimeSpec): string {
  const { seccomp, ...linux } = config.linux
  return `${JSON.stringify({ ...config, linux: { ...linux, seccomp: seccomp === undefined ? 'none' : 'a filter' } }, null, 2)}\n`
}

// The files were compared member by member with what dockerd 28.5 writes for the same containers. They differ where this
// engine wants to: rlimits and umask are explicit, HOME is set, /proc/latency_stats and its like stand in another order.
describe('buildBundle', () => {
  it.each<[Partial<ContainerSpec>, string]>([
    [{ resources: { memory: 1024 } }, 'a memory limit of 1024 bytes'],
    [{ resources: { memory: 1 << 27, memorySwap: 1 << 26 } }, 'less than memory'],
    [{ resources: { memorySwap: 1 << 26 } }, 'needs one of memory'],
    [{ resources: { memory: 1 << 24, memoryReservation: 1 << 25 } }, 'more memory is reserved'],
    [{ resources: { cpusetCpus: '0-1,77' } }, '"0-1,77"'],
    [{ resources: { cpusetCpus: '2' } }, '"2"'],
    [{ resources: { cpusetCpus: 'x' } }, '"x"'],
    [{ resources: { cpusetCpus: '0-4' } }, '"0-4"'],
    [{ resources: { cpusetCpus: '0-999999999999' } }, '"0-999999999999"'],
    [{ resources: { cpusetMems: '1' } }, '"1"'],
    [{ ulimits: { foo: { soft: 1, hard: 1 } } }, 'no ulimit "foo"'],
    [{ ulimits: { nofile: { soft: 5, hard: 3 } } }, 'soft limit 5 is above'],
    [{ workingDir: 'rel' }, '"rel" is not absolute'],
    [{ pid: 'wrong' }, 'unknown pid mode "wrong"'],
    [{ dns: ['300.1.1.1'] }, '"300.1.1.1" is no IP address'],
    [{ network: { kind: 'networks', endpoints: [{ network: 'n', macAddress: 'zz' }] } }, '"zz" is no MAC address'],
    [{ runtime: 'nosuch' }, 'no runtime "nosuch"'],
    [{ storageOpt: { size: '1G' } }, 'storage_opt'],
  ])('refuses %j in words of its own', (spec, message) => {
    expect(() => buildBundle(input(spec))).toThrow(message)
  })

  it('takes limits the machine has, and warns of those that change nothing', () => {
    const resources = { cpus: 64, blkioWeight: 5, memory: 6 << 20, memorySwap: -1, cpusetCpus: '0-1,4', cpusetMems: '0' }
    const { config, warnings } = buildBundle(input({ resources, pid: 'host' }, { host: { ...host, blockWeight: false } }))
    expect(warnings).toEqual(['cpus 64 limits nothing: this machine has 3', expect.stringContaining('blkio weight is left out')])
    expect(config.linux.resources.blockIO).toBeUndefined()
    expect(config.linux.resources.cpu).toMatchObject({ cpus: '0-1,4', mems: '0' })
  })

  it('gives a plain container what Docker gives it', async () => {
    await expect(golden(buildBundle(input()).config)).toMatchFileSnapshot('golden/plain.golden')
  })

  it('carries every option to its place', async () => {
    const { config, warnings } = buildBundle(
      input(
        {
          tty: true,
          readOnlyRootfs: true,
          capAdd: ['net_admin'],
          capDrop: ['CAP_CHOWN'],
          ulimits: { nofile: { soft: 100, hard: 200 }, memlock: { soft: -1, hard: -1 } },
          hostname: 'h1',
          domainname: 'dom',
          shmSize: 1 << 20,
          deviceCgroupRules: ['c 42:* rmw'],
          sysctls: { 'net.core.somaxconn': '100' },
          securityOpt: ['no-new-privileges:true', 'label=disable'],
          workingDir: '/srv/x',
          env: { FOO: 'bar' },
          resources: { memory: 64 << 20, cpus: 0.5, pidsLimit: 50 },
        },
        {
          hostname: 'h1',
          user: { uid: 33, gid: 33, additionalGids: [33, 50], home: '/srv' },
          initPath: '/usr/bin/tini-static',
          mounts: [
            { type: 'volume', source: '/vol', target: '/v', readOnly: false },
            { type: 'bind', source: '/tmp', target: '/t', readOnly: true },
            { type: 'bind', source: '/some/file', target: '/t/deep/file', readOnly: true, file: true },
            { type: 'tmpfs', target: '/y', readOnly: false, options: ['exec', 'size=1m', 'mode=700'] },
            { type: 'tmpfs', target: '/z', readOnly: false, size: 1_000_000, mode: 0o1770 },
          ],
          devices: [{ path: '/dev/mynull', type: 'c', major: 1, minor: 3, fileMode: 0o666, uid: 0, gid: 0, permissions: 'r' }],
        },
      ),
    )
    expect(warnings).toEqual([expect.stringContaining('label=disable')])
    await expect(golden(config)).toMatchFileSnapshot('golden/rich.golden')
  })

  it('opens everything for a privileged container', async () => {
    await expect(golden(buildBundle(input({ privileged: true })).config)).toMatchFileSnapshot('golden/privileged.golden')
  })

  it('leaves out what the host has not: raised limits, swap limits, lowered OOM scores', () => {
    const poor = { ...host, capabilities: allCapabilities.filter((name) => name !== 'CAP_SYS_RESOURCE'), swapAccounting: false }
    const { config, warnings } = buildBundle(
      input({ resources: { memory: 1 << 30, oomScoreAdj: -500 }, ulimits: { memlock: { soft: -1, hard: -1 } } }, { host: poor }),
    )
    expect(config.process.rlimits).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 1024, hard: 20_000 },
      { type: 'RLIMIT_MEMLOCK', soft: 65_536, hard: 65_536 },
    ])
    expect(config.process).not.toHaveProperty('oomScoreAdj')
    expect(config.linux.resources.memory).toEqual({ limit: 1 << 30 })
    expect(warnings.join()).toContain('oom_score_adj')
    expect(warnings.join()).toContain('memlock')
  })

  it('takes namespaces and shared memory of others as they are given', () => {
    const namespaces = { network: 'host', pid: { path: '/proc/7/ns/pid' }, ipc: 'host', uts: 'host', cgroup: 'new' } as const
    const { config } = buildBundle(input({ network: { kind: 'host' }, ipc: 'host' }, { namespaces, shm: '/dev/shm' }))
    expect(config.linux.namespaces).toEqual([{ type: 'mount' }, { type: 'pid', path: '/proc/7/ns/pid' }, { type: 'cgroup' }])
    expect(config.linux.sysctl).toEqual({})
    expect(config).not.toHaveProperty('hostname')
    expect(config.mounts.find(({ destination }) => destination === '/dev/shm')).toMatchObject({ type: 'bind', source: '/dev/shm' })
  })

  it.each<[string, Partial<ContainerSpec>, string]>([
    ['no command', { command: [] }, 'NO_COMMAND'],
    ['an unknown capability', { capAdd: ['FLY'] }, 'UNKNOWN_CAPABILITY'],
    ['an unknown security option', { securityOpt: ['magic'] }, 'INVALID_SECURITY_OPT'],
    ['a device rule nobody can read', { deviceCgroupRules: ['x'] }, 'INVALID_DEVICE_RULE'],
  ])('refuses %s', (_what, spec, code) => {
    expect(() => buildBundle(input(spec))).toThrow(expect.objectContaining({ code }))
  })

  it('takes the image’s command away when an entrypoint is named', () => {
    const image = { Entrypoint: ['/entry'], Cmd: ['serve'], Env: ['PATH=/x', 'A=1'], WorkingDir: '/app' }
    const args = (spec: Partial<ContainerSpec>): readonly string[] => {
      const { command: _command, ...base } = input().spec
      return buildBundle(input({}, { image, spec: { ...base, ...spec } })).config.process.args
    }
    expect(args({})).toEqual(['/entry', 'serve'])
    expect(args({ command: ['other'] })).toEqual(['/entry', 'other'])
    expect(args({ entrypoint: ['sh'] })).toEqual(['sh'])
  })
})
