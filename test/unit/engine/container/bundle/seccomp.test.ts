import { describe, expect, it } from 'vitest'
import { defaultCapabilities, resolveCapabilities } from '../../../../../src/engine/container/bundle/capabilities.ts'
import { defaultSeccomp, parseSeccompProfile } from '../../../../../src/engine/container/bundle/seccomp.ts'
import { compileSeccomp } from '../../../../../src/sys/seccomp.ts'

const plain = { capabilities: defaultCapabilities, architecture: 'amd64' }
const allowed = (profile: ReturnType<typeof defaultSeccomp>): ReadonlySet<string> =>
  new Set(profile.syscalls.filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && args === undefined).flatMap(({ names }) => names))

describe('the default filter', () => {
  it('lets through what programs need and stops what reaches the host', () => {
    const names = allowed(defaultSeccomp(plain))
    for (const name of ['openat', 'execve', 'futex', 'chroot', 'ptrace', 'landlock_create_ruleset', 'arch_prctl'])
      expect(names).toContain(name)
    for (const name of [
      'mount',
      'bpf',
      'keyctl',
      'add_key',
      'io_uring_setup',
      'userfaultfd',
      'setns',
      'unshare',
      'open_by_handle_at',
      'kexec_load',
      'init_module',
      'clone',
      'clone3',
      'socket',
      'personality',
      'swapon',
    ])
      expect(names).not.toContain(name)
  })

  it('opens with the capability that goes with a call', () => {
    const names = allowed(defaultSeccomp({ ...plain, capabilities: ['CAP_SYS_ADMIN', 'CAP_SYS_TIME'] }))
    for (const name of ['mount', 'setns', 'clone', 'clone3', 'settimeofday']) expect(names).toContain(name)
    for (const name of ['chroot', 'reboot', 'syslogx']) expect(names).not.toContain(name)
  })

  it('refuses new namespaces, sockets to the kernel’s crypto and to hypervisors, and sends clone3 back to clone', () => {
    const { syscalls } = defaultSeccomp(plain)
    expect(syscalls.find(({ names }) => names.includes('clone3'))).toMatchObject({ action: 'SCMP_ACT_ERRNO', errnoRet: 38 })
    expect(syscalls.find(({ names }) => names.includes('clone'))?.args).toEqual([
      { index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' },
    ])
    const families = syscalls.filter(({ names }) => names.includes('socket')).map(({ args }) => args?.[0]?.value)
    expect(families).not.toContain(38)
    expect(families).not.toContain(40)
    expect(families).toContain(16)
  })

  it('becomes a program of the kernel', () => {
    const program = compileSeccomp(defaultSeccomp(plain))
    // libseccomp comes with crun; without it the rules go to the runtime as they are.
    if (program === undefined) return
    expect(program.length % 8).toBe(0)
    expect(program.length).toBeGreaterThan(1000)
    expect(compileSeccomp({ defaultAction: 'SCMP_ACT_NOTIFY', syscalls: [] })).toBeUndefined()
  })
})

describe('a profile of the user', () => {
  it('is resolved against capabilities and architecture', () => {
    const text = JSON.stringify({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [
        { names: ['read'], action: 'SCMP_ACT_ALLOW' },
        { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
        { name: 'chroot', action: 'SCMP_ACT_ALLOW', excludes: { arches: ['arm64'] } },
      ],
    })
    const { syscalls, architectures } = parseSeccompProfile(text, { ...plain, file: 'p.json' })
    expect(syscalls.map(({ names }) => names)).toEqual([['read'], ['chroot']])
    expect(architectures).toContain('SCMP_ARCH_X86_64')
  })

  it.each(['nonsense', '{}', '{"defaultAction":"x","syscalls":[{"action":"y"}]}'])('is refused when it is %s', (text) => {
    expect(() => parseSeccompProfile(text, { ...plain, file: 'p.json' })).toThrow(
      expect.objectContaining({ code: 'INVALID_SECCOMP_PROFILE' }),
    )
  })
})

it('capabilities: ALL, additions and removals in any spelling', () => {
  expect(resolveCapabilities({})).toHaveLength(14)
  expect(resolveCapabilities({ drop: ['ALL'], add: ['chown', 'CAP_KILL'] })).toEqual(['CAP_CHOWN', 'CAP_KILL'])
  expect(resolveCapabilities({ add: ['ALL'], drop: ['MKNOD'] })).not.toContain('CAP_MKNOD')
  expect(resolveCapabilities({ privileged: true, available: ['CAP_CHOWN'] })).toEqual(['CAP_CHOWN'])
})
