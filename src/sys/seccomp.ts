import { closeSync, ftruncateSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import { checked, koffi, lazyType, libc } from './ffi/libc.ts'
import { SysError } from './sys-error.ts'

/*
 * Filter programs by libseccomp, which is here wherever crun is. crun makes the program of the default profile anew for
 * each container, 25 ms each time; made once here it is handed over ready.
 */

export interface FilterArgument {
  readonly index: number
  readonly op: string
  readonly value: number
  readonly valueTwo?: number
}

export interface FilterRule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet?: number
  readonly args?: readonly FilterArgument[]
}

export interface FilterProfile {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly architectures?: readonly string[]
  readonly syscalls: readonly FilterRule[]
}

const ARG_SIZE = 24
const unknownSyscall = -1

const operators: Readonly<Record<string, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
}

const actions: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
}

interface Library {
  init(action: number): unknown
  release(context: unknown): void
  archResolve(name: string): number
  archAdd(context: unknown, arch: number): number
  resolve(name: string): number
  addRule(context: unknown, action: number, syscall: number, count: number, args: Buffer | null): number
  exportBpf(context: unknown, fd: number): number
}

const contextType = lazyType((k) => k.opaque())
const memfd = libc('int memfd_create(const char *name, unsigned int flags)')

function loadLibrary(): Library | undefined {
  try {
    const library = koffi().load('libseccomp.so.2')
    const context = koffi().pointer(contextType())
    const bind = (name: string, result: unknown, args: readonly unknown[]): ((...args: readonly unknown[]) => never) =>
      library.func(name, result as never, args as never) as never
    return {
      init: bind('seccomp_init', context, ['uint32']),
      release: bind('seccomp_release', 'void', [context]),
      archResolve: bind('seccomp_arch_resolve_name', 'uint32', ['str']),
      archAdd: bind('seccomp_arch_add', 'int', [context, 'uint32']),
      resolve: bind('seccomp_syscall_resolve_name', 'int', ['str']),
      addRule: bind('seccomp_rule_add_array', 'int', [context, 'uint32', 'int', 'uint', 'void *']),
      exportBpf: bind('seccomp_export_bpf', 'int', [context, 'int']),
    }
  } catch {
    return undefined
  }
}

/**
 * The kernel's program for a profile. Names this kernel or library does not know are passed over, as runtimes do.
 * Undefined where libseccomp is missing or the profile has an action only a runtime can serve. Takes some 20 ms.
 */
export function compileSeccomp(profile: FilterProfile): Buffer | undefined {
  const library = loadLibrary()
  const fallback = actionNumber(profile.defaultAction, profile.defaultErrnoRet)
  if (library === undefined || fallback === undefined) return undefined
  const context = library.init(fallback)
  if (context === null) return undefined
  try {
    for (const name of profile.architectures ?? []) addArchitecture(library, context, name)
    for (const rule of profile.syscalls) if (!addRule(library, { context, rule, fallback })) return undefined
    return readProgram(library, context)
  } finally {
    library.release(context)
  }
}

function addArchitecture(library: Library, context: unknown, name: string): void {
  const arch = library.archResolve(name.replace('SCMP_ARCH_', '').toLowerCase())
  if (arch === 0) return
  const result = library.archAdd(context, arch)
  if (result < 0 && -result !== constants.errno.EEXIST) throw new SysError('seccomp_arch_add', -result, name)
}

interface RuleParams {
  readonly context: unknown
  readonly rule: FilterRule
  readonly fallback: number
}

function addRule(library: Library, { context, rule, fallback }: RuleParams): boolean {
  const action = actionNumber(rule.action, rule.errnoRet)
  if (action === undefined) return false
  // The library refuses rules that say what holds anyway.
  if (action === fallback) return true
  const args = encodeArguments(rule.args ?? [])
  for (const name of rule.names) {
    const syscall = library.resolve(name)
    if (syscall === unknownSyscall) continue
    const result = library.addRule(context, action, syscall, rule.args?.length ?? 0, args)
    if (result < 0) throw new SysError('seccomp_rule_add', -result, name)
  }
  return true
}

function actionNumber(name: string, errnoRet = 1): number | undefined {
  const action = actions[name]
  if (action === undefined) return undefined
  return name === 'SCMP_ACT_ERRNO' || name === 'SCMP_ACT_TRACE' ? action + (errnoRet & 0xffff) : action
}

function encodeArguments(args: readonly FilterArgument[]): Buffer | null {
  if (args.length === 0) return null
  const buffer = Buffer.alloc(ARG_SIZE * args.length)
  args.forEach(({ index, op, value, valueTwo = 0 }, at) => {
    buffer.writeUInt32LE(index, at * ARG_SIZE)
    buffer.writeUInt32LE(operators[op] ?? 0, at * ARG_SIZE + 4)
    buffer.writeBigUInt64LE(BigInt(value), at * ARG_SIZE + 8)
    buffer.writeBigUInt64LE(BigInt(valueTwo), at * ARG_SIZE + 16)
  })
  return buffer
}

function readProgram(library: Library, context: unknown): Buffer {
  const fd = checked('memfd_create', memfd('seccomp', 1))
  try {
    const result = library.exportBpf(context, fd)
    if (result < 0) throw new SysError('seccomp_export_bpf', -result)
    const buffer = Buffer.alloc(1 << 20)
    return Buffer.from(buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0)))
  } finally {
    ftruncateSync(fd, 0)
    closeSync(fd)
  }
}
