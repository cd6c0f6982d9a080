import { sha256, stableJson } from '../base/hash.ts'
import type { ContainerSpec, DeviceSpec } from '../engine/api.ts'
import type { DeviceMapping, Project, Service } from '../project/model.ts'
import { hashSpec } from './config-hash.ts'
import { composeVersion, formatDependsOn, label, ownLabel } from './labels.ts'
import { containerName, imageReference } from './names.ts'
import { compact, nonEmpty } from './spec/compact.ts'
import { type FileContents, filesOf } from './spec/files.ts'
import { mountsOf } from './spec/mounts.ts'
import { extraHostsOf, linksOf, namespaceOf, networkModeOf, portsOf } from './spec/network.ts'
import { healthcheckOf, resourcesOf, restartPolicyOf, ulimitsOf } from './spec/resources.ts'

/** What all replicas of a service have in common. */
export interface ServiceSpec {
  /** Complete but for the name and the labels of one replica. */
  readonly spec: ContainerSpec
  /** Over the fields that make a container what it is; see config-hash.ts. */
  readonly hash: string
}

/** The container a service asks for, without a number yet. Pure: bytes of configs and secrets come in as `contents`. */
export function serviceSpec(project: Project, service: Service, contents: FileContents): ServiceSpec {
  const { files, mounts } = filesOf(project, service, contents)
  const spec: ContainerSpec = {
    ...processOf(service),
    ...isolationOf(project, service),
    ...compact({
      name: '',
      image: imageReference(project, service),
      platform: service.platform,
      labels: { ...service.labels, ...preStartLabel(service) },
      annotations: service.annotations,
      mounts: nonEmpty([...mountsOf(project, service), ...mounts]),
      volumesFrom: nonEmpty(service.volumes_from?.map((source) => volumesFrom(project, source))),
      files: nonEmpty(files),
      network: networkModeOf(project, service),
      ports: portsOf(service),
      expose: nonEmpty(service.expose?.map((port) => (port.includes('/') ? port : `${port}/tcp`))),
      dns: nonEmpty(service.dns),
      dnsSearch: nonEmpty(service.dns_search),
      dnsOptions: nonEmpty(service.dns_opt),
      extraHosts: extraHostsOf(service.extra_hosts),
      links: linksOf(project, service),
      resources: resourcesOf(service),
      logging:
        service.logging === undefined
          ? undefined
          : { driver: service.logging.driver ?? 'json-file', options: service.logging.options ?? {} },
    }),
  }
  return { spec, hash: hashSpec(spec) }
}

/** Changed hooks run again, and with them the containers they prepare. */
function preStartLabel({ pre_start = [] }: Service): Readonly<Record<string, string>> {
  return pre_start.length === 0 ? {} : { [ownLabel.preStart]: sha256(stableJson(pre_start)).slice(0, 12) }
}

function processOf(service: Service): Partial<ContainerSpec> {
  return compact({
    entrypoint: service.entrypoint ?? undefined,
    command: service.command ?? undefined,
    env: service.environment,
    workingDir: service.working_dir,
    user: service.user,
    groupAdd: nonEmpty(service.group_add),
    hostname: service.hostname,
    domainname: service.domainname,
    tty: service.tty,
    openStdin: service.stdin_open,
    init: service.init,
    stopSignal: service.stop_signal,
    stopTimeoutMs: service.stop_grace_period,
    restart: restartPolicyOf(service),
    healthcheck: healthcheckOf(service.healthcheck),
  })
}

function isolationOf(project: Project, service: Service): Partial<ContainerSpec> {
  return compact({
    privileged: service.privileged,
    capAdd: nonEmpty(service.cap_add),
    capDrop: nonEmpty(service.cap_drop),
    securityOpt: nonEmpty(service.security_opt),
    readOnlyRootfs: service.read_only,
    usernsMode: service.userns_mode,
    ipc: namespaceOf(project, service.ipc),
    pid: namespaceOf(project, service.pid),
    uts: namespaceOf(project, service.uts),
    cgroup: namespaceOf(project, service.cgroup),
    sysctls: service.sysctls,
    ulimits: ulimitsOf(service.ulimits),
    shmSize: service.shm_size,
    devices: nonEmpty(service.devices?.map(deviceOf)),
    deviceCgroupRules: nonEmpty(service.device_cgroup_rules),
    storageOpt: service.storage_opt,
    runtime: service.runtime,
  })
}

function deviceOf(device: DeviceMapping): DeviceSpec {
  return { source: device.source, target: device.target ?? device.source, permissions: device.permissions ?? 'rwm' }
}

/** `service[:ro]` or `container:name[:ro]` -> `container[:ro]`. */
function volumesFrom(project: Project, source: string): string {
  if (source.startsWith('container:')) return source.slice('container:'.length)
  const [name = '', mode] = source.split(':')
  const service = project.services[name] ?? project.disabledServices[name]
  const container = service === undefined ? name : containerName(project, service, 1)
  return mode === undefined ? container : `${container}:${mode}`
}

/** Labels docker compose puts on every container of a service; the image's ID is added when it is known. */
export function composeLabels(project: Project, service: Service, hash: string): Readonly<Record<string, string>> {
  return {
    [label.project]: project.name,
    [label.service]: service.name,
    [label.oneOff]: 'False',
    [label.configHash]: hash,
    [label.dependsOn]: formatDependsOn(service.depends_on),
    [label.version]: composeVersion,
    [label.configFiles]: project.configFiles.join(','),
    [label.workingDir]: project.workingDir,
    ...(project.envFiles.length === 0 ? {} : { [label.environmentFile]: project.envFiles.join(',') }),
  }
}

/** The spec of one replica. */
export function replicaSpec(project: Project, service: Service, base: ServiceSpec, number: number): ContainerSpec {
  const labels = { ...base.spec.labels, ...composeLabels(project, service, base.hash), [label.number]: String(number) }
  return { ...base.spec, name: containerName(project, service, number), labels }
}
