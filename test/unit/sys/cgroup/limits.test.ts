import { expect, it } from 'vitest'
import type { CgroupLayout } from '../../../../src/sys/cgroup/layout.ts'
import { limitWrites, weightOfShares } from '../../../../src/sys/cgroup/limits.ts'

const v1: CgroupLayout = {
  mode: 'v1',
  v1: new Map(['cpu', 'memory', 'pids', 'cpuset'].map((name) => [name, `/sys/fs/cgroup/${name}`])),
  unified: undefined,
  unifiedControllers: [],
}
const v2: CgroupLayout = { mode: 'v2', v1: new Map(), unified: '/sys/fs/cgroup', unifiedControllers: ['cpu', 'memory', 'pids', 'cpuset'] }
const text = (layout: CgroupLayout, limits: Parameters<typeof limitWrites>[1]): readonly string[] =>
  limitWrites(layout, limits).map(({ file, value }) => `${file}=${value}`)

const all = { cpuShares: 512, cpuQuota: 50_000, cpuPeriod: 100_000, cpusetCpus: '0-1', memory: 1000, memorySwap: 3000, pids: 7 }

it('speaks v1', () => {
  expect(text(v1, all)).toEqual([
    'cpu.shares=512',
    'cpu.cfs_period_us=100000',
    'cpu.cfs_quota_us=50000',
    'cpuset.cpus=0-1',
    'memory.limit_in_bytes=1000',
    'memory.memsw.limit_in_bytes=3000',
    'pids.max=7',
  ])
  expect(text(v1, { memory: -1, pids: 0 })).toEqual(['memory.limit_in_bytes=-1', 'pids.max=max'])
})

it('speaks v2, where swap counts alone and shares are weights', () => {
  expect(text(v2, all)).toEqual([
    'cpu.weight=20',
    'cpu.max=50000 100000',
    'cpuset.cpus=0-1',
    'memory.max=1000',
    'memory.swap.max=2000',
    'pids.max=7',
  ])
  expect(text(v2, { memory: -1, memorySwap: -1, cpuQuota: -1, pids: -1 })).toEqual([
    'cpu.max=max 100000',
    'memory.max=max',
    'memory.swap.max=max',
    'pids.max=max',
  ])
  expect(text(v2, {})).toEqual([])
})

it('maps the ends of shares to the ends of weight', () => {
  expect([0, 2, 1024, 262_144, 1e9].map(weightOfShares)).toEqual([1, 1, 39, 10_000, 10_000])
})
