import { isIP } from 'node:net'
import { TscomposeError } from '../../../base/errors.ts'
import type { ContainerSpec, Resources } from '../../api.ts'
import type { BundleInput } from './input.ts'
import { parseNumberList } from './number-list.ts'

/** Below this no runtime gets a container going; Docker's bound as well. */
const leastMemory = 6 << 20

/**
 * Refuses what the kernel or the runtime would refuse at the start, in words of their own, or silently do otherwise.
 * Returns what cannot be had here and is left out. Throws `invalid` INVALID_LIMIT or INVALID_SPEC, `unsupported` UNSUPPORTED_SPEC.
 */
export function checkLimits({ spec, host }: Pick<BundleInput, 'spec' | 'host'>): readonly string[] {
  const limits = spec.resources ?? {}
  checkMemory(limits)
  checkSet('cpuset', limits.cpusetCpus, host.cpus)
  checkSet('cpuset mems', limits.cpusetMems, host.memoryNodes)
  checkUlimits(spec, host.hardLimits)
  checkNames(spec)
  const { cpus = 0, blkioWeight = 0 } = limits
  return [
    // Docker refuses it; a file for a larger machine is no mistake.
    ...(cpus > host.cpus.length ? [`cpus ${cpus} limits nothing: this machine has ${host.cpus.length}`] : []),
    ...(blkioWeight > 0 && !host.blockWeight ? ['blkio weight is left out: no I/O scheduler of this machine has weights'] : []),
  ]
}

function checkMemory({ memory = 0, memoryReservation: reservation = 0, memorySwap: swap = 0 }: Resources): void {
  if (memory > 0 && memory < leastMemory)
    throw invalidLimit(
      `a memory limit of ${memory} bytes is too low to start a process`,
      'write at least 6m; a number without a unit is bytes',
    )
  if (swap > 0 && memory <= 0) throw invalidLimit('a limit of memory plus swap needs one of memory', 'write mem_limit as well')
  if (swap > 0 && swap < memory)
    throw invalidLimit(`memory plus swap (${swap} bytes) is limited to less than memory (${memory})`, 'memswap_limit includes mem_limit')
  if (memory > 0 && reservation > memory)
    throw invalidLimit(
      `more memory is reserved (${reservation} bytes) than allowed (${memory})`,
      'lower mem_reservation or raise mem_limit',
    )
}

function checkSet(name: string, text: string | undefined, available: readonly number[]): void {
  if (text === undefined || text === '') return
  if (parseNumberList(text)?.every((number) => available.includes(number)) === true) return
  throw invalidLimit(`${name} ${JSON.stringify(text)} names what this machine does not have`, `it has ${available.join(', ')}`)
}

function checkUlimits({ ulimits = {} }: ContainerSpec, known: Readonly<Record<string, number>>): void {
  for (const [name, { soft, hard }] of Object.entries(ulimits)) {
    if (!Object.hasOwn(known, name)) throw invalidLimit(`there is no ulimit "${name}"`, `known are ${Object.keys(known).join(', ')}`)
    if (hard >= 0 && (soft > hard || soft < 0))
      throw invalidLimit(`ulimit ${name}: the soft limit ${soft} is above the hard one ${hard}`, 'raise hard, or lower soft')
  }
}

const runtimes: ReadonlySet<string> = new Set(['', 'runc', 'crun', 'io.containerd.runc.v2'])

function checkNames({ workingDir, pid = '', dns = [], network, runtime = '', storageOpt }: ContainerSpec): void {
  if (workingDir !== undefined && workingDir !== '' && !workingDir.startsWith('/'))
    throw invalidSpec(`the working directory ${JSON.stringify(workingDir)} is not absolute`, `write /${workingDir}`)
  if (!/^(?:|host|private|container:.+)$/.test(pid))
    throw invalidSpec(`unknown pid mode ${JSON.stringify(pid)}`, 'known are host, service:NAME and container:NAME')
  const address = dns.find((each) => isIP(each) === 0)
  if (address !== undefined) throw invalidSpec(`the DNS server ${JSON.stringify(address)} is no IP address`, 'write one like 192.0.2.1')
  const endpoints = network.kind === 'networks' ? network.endpoints : []
  const mac = endpoints.map(({ macAddress = '' }) => macAddress).find((each) => !/^(?:|[\da-f]{2}(?:[:-][\da-f]{2}){5})$/i.test(each))
  if (mac !== undefined) throw invalidSpec(`${JSON.stringify(mac)} is no MAC address`, 'write one like 02:42:ac:11:00:02')
  if (!runtimes.has(runtime))
    throw unsupported(`there is no runtime ${JSON.stringify(runtime)}`, 'leave it out: containers run with crun or runc')
  if (storageOpt !== undefined && Object.keys(storageOpt).length > 0)
    throw unsupported(
      'storage_opt: file systems of containers have no size limit of their own',
      'leave it out, or put a tmpfs with a size there',
    )
}

function invalidLimit(message: string, hint: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_LIMIT', message, { hint })
}

function invalidSpec(message: string, hint: string): TscomposeError {
  return new TscomposeError('invalid', 'INVALID_SPEC', message, { hint })
}

function unsupported(message: string, hint: string): TscomposeError {
  return new TscomposeError('unsupported', 'UNSUPPORTED_SPEC', message, { hint })
}
