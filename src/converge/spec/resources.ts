import type { ContainerSpec, Resources, RestartPolicy } from '../../engine/api.ts'
import type { Healthcheck as ImageHealthcheck } from '../../oci/image-config.ts'
import type { Healthcheck, Service, Ulimit } from '../../project/model.ts'
import { compact } from './compact.ts'

const nanosPerMilli = 1_000_000

/** Limits of a service; `deploy.resources` and the older attributes are equal where both are written. */
export function resourcesOf(service: Service): Resources | undefined {
  const limits = service.deploy?.resources?.limits
  const resources: Resources = compact({
    cpus: service.cpus ?? limits?.cpus,
    cpuShares: service.cpu_shares,
    cpuPeriod: service.cpu_period,
    cpuQuota: service.cpu_quota,
    cpuRealtimePeriod: service.cpu_rt_period,
    cpuRealtimeRuntime: service.cpu_rt_runtime,
    cpusetCpus: service.cpuset,
    memory: service.mem_limit ?? limits?.memory,
    memoryReservation: service.mem_reservation ?? service.deploy?.resources?.reservations?.memory,
    memorySwap: service.memswap_limit,
    memorySwappiness: service.mem_swappiness,
    oomKillDisable: service.oom_kill_disable,
    oomScoreAdj: service.oom_score_adj,
    pidsLimit: service.pids_limit ?? limits?.pids,
    blkioWeight: service.blkio_config?.weight,
    blkioWeightDevices: service.blkio_config?.weight_device?.map(({ path, weight }) => ({ path, weight })),
    blkioDeviceReadBps: rates(service.blkio_config?.device_read_bps),
    blkioDeviceWriteBps: rates(service.blkio_config?.device_write_bps),
    blkioDeviceReadIops: rates(service.blkio_config?.device_read_iops),
    blkioDeviceWriteIops: rates(service.blkio_config?.device_write_iops),
    cgroupParent: service.cgroup_parent,
  })
  return Object.keys(resources).length === 0 ? undefined : resources
}

function rates(devices: readonly { readonly path: string; readonly rate: number }[] | undefined): Resources['blkioDeviceReadBps'] {
  return devices?.map(({ path, rate }) => ({ path, rate }))
}

/** `deploy.restart_policy` counts over `restart`. */
export function restartPolicyOf(service: Service): RestartPolicy | undefined {
  const policy = service.deploy?.restart_policy
  if (policy !== undefined) {
    return compact({ name: policyNames[policy.condition ?? 'any'] ?? 'always', maximumRetries: policy.max_attempts })
  }
  if (service.restart === undefined) return undefined
  const [name = '', retries] = service.restart.split(':')
  return compact({ name: policyNames[name] ?? 'no', maximumRetries: retries === undefined ? undefined : Number(retries) })
}

const policyNames: Readonly<Record<string, RestartPolicy['name']>> = {
  none: 'no',
  no: 'no',
  any: 'always',
  always: 'always',
  'on-failure': 'on-failure',
  'unless-stopped': 'unless-stopped',
}

/** The file's milliseconds become the image format's nanoseconds. */
export function healthcheckOf(check: Healthcheck | undefined): Partial<ImageHealthcheck> | undefined {
  if (check === undefined) return undefined
  if (check.disable === true) return { Test: ['NONE'] }
  return compact({
    Test: remoteTest(check) ?? check.test,
    Interval: nanos(check.interval),
    Timeout: nanos(check.timeout),
    StartPeriod: nanos(check.start_period),
    StartInterval: nanos(check.start_interval),
    Retries: check.retries,
  })
}

/** `x-http: 8080/health` and `x-tcp: 5432`: probes the engine makes itself, with nothing in the image. */
function remoteTest(check: Healthcheck): readonly string[] | undefined {
  const [http, tcp] = [check['x-http'], check['x-tcp']]
  if (tcp !== undefined) return ['TCP', String(tcp)]
  if (http === undefined) return undefined
  const [, port = String(http), path = ''] = /^(\d+)(\/.*)?$/.exec(String(http)) ?? []
  return ['HTTP', port, path === '' ? '/' : path]
}

function nanos(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds * nanosPerMilli
}

export function ulimitsOf(ulimits: Readonly<Record<string, Ulimit>> | undefined): ContainerSpec['ulimits'] {
  if (ulimits === undefined) return undefined
  return Object.fromEntries(
    Object.entries(ulimits).map(([name, limit]) => [
      name,
      { soft: limit.single ?? limit.soft ?? 0, hard: limit.single ?? limit.hard ?? limit.soft ?? 0 },
    ]),
  )
}
