import { expect, it } from 'vitest'
import { cgroupLayout, controllerDirectory, groupDirectories } from '../../../../src/sys/cgroup/layout.ts'
import { parseMountinfo } from '../../../../src/sys/mountinfo.ts'

const tmpfs = '31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755'
const cpu = '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct'
const memory = '33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory'
const systemd = '34 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/lib/agent,name=systemd'
const unified = '35 31 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate'
const elsewhere = '36 31 0:33 / /home/x/cgroup rw - cgroup2 cgroup2 rw'

const layoutOf = (lines: readonly string[], controllers = ''): ReturnType<typeof cgroupLayout> =>
  cgroupLayout(parseMountinfo(lines.join('\n')), (path) => (path.endsWith('cgroup.controllers') ? controllers : ''))

it('tells v1, with hierarchies of several controllers', () => {
  const layout = layoutOf([tmpfs, cpu, memory, systemd, elsewhere])
  expect(layout).toMatchObject({ mode: 'v1', unified: undefined, unifiedControllers: [] })
  expect([...layout.v1.keys()]).toEqual(['cpu', 'cpuacct', 'memory', 'name=systemd'])
  expect(controllerDirectory(layout, 'cpuacct', '/a/b')).toBe('/sys/fs/cgroup/cpu,cpuacct/a/b')
  expect(controllerDirectory(layout, 'pids', '/a')).toBeUndefined()
  expect(groupDirectories(layout, '/a')).toHaveLength(3)
})

it('tells hybrid, and finds a controller in the hierarchy that has it', () => {
  const layout = layoutOf([tmpfs, cpu, unified], 'hugetlb pids\n')
  expect(layout).toMatchObject({ mode: 'hybrid', unifiedControllers: ['hugetlb', 'pids'] })
  expect(controllerDirectory(layout, 'pids', '/a')).toBe('/sys/fs/cgroup/unified/a')
})

it('tells v2', () => {
  const layout = layoutOf(['31 23 0:28 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw'], 'cpu memory pids')
  expect(layout).toMatchObject({ mode: 'v2', unified: '/sys/fs/cgroup' })
  expect(groupDirectories(layout, '/a')).toEqual(['/sys/fs/cgroup/a'])
})
