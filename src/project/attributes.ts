import type { EncodeOptions } from './codec.ts'
import {
  type Codec,
  command,
  count,
  decimal,
  duration,
  field,
  flag,
  hosts,
  listOf,
  mapOf,
  mode,
  nullableTextMap,
  size,
  sshKeys,
  strictWhole,
  struct,
  text,
  textMap,
  texts,
  whole,
} from './codec.ts'
import { isTree, type Path, type Value } from './tree.ts'

/*
 * Every attribute of the canonical project: its type in the model, the order `config` prints it in, and whether an
 * empty value is printed. A field given by a bare codec is left out when empty.
 */

const given = (codec: Codec) => field(codec, { presence: 'given' })

const grant = struct({ source: text, target: text, uid: text, gid: text, mode: given(mode) })

/** One number for both limits, or the two. */
const ulimit: Codec = {
  decode: (value, path, problem) => {
    if (!isTree(value)) {
      const single = whole.decode(value, path, problem)
      // As docker compose has it: its 0 is no single number.
      return single === 0 ? { soft: 0, hard: 0 } : { single }
    }
    return struct({ soft: given(whole), hard: given(whole) }).decode(value, path, problem)
  },
  encode: (value, options: EncodeOptions) => {
    const limit = value as { readonly single?: number }
    return limit.single !== undefined ? limit.single : struct({ soft: given(whole), hard: given(whole) }).encode(value, options)
  },
}

const deviceRequest = struct({ capabilities: texts, driver: text, count, device_ids: texts, options: textMap })

const hook = struct({
  command: field(command, { jsonDefault: null }),
  user: text,
  privileged: flag,
  working_dir: text,
  environment: nullableTextMap,
  image: text,
  per_replica: given(flag),
})

const build = struct({
  context: text,
  dockerfile: text,
  dockerfile_inline: text,
  entitlements: texts,
  args: nullableTextMap,
  provenance: text,
  sbom: text,
  ssh: sshKeys,
  labels: textMap,
  cache_from: texts,
  cache_to: texts,
  no_cache: flag,
  no_cache_filter: texts,
  additional_contexts: textMap,
  pull: flag,
  extra_hosts: hosts,
  isolation: text,
  network: text,
  target: text,
  secrets: listOf(grant),
  shm_size: size,
  tags: texts,
  ulimits: mapOf(ulimit),
  platforms: texts,
  privileged: flag,
})

const throttle = listOf(struct({ path: field(text, { jsonName: 'Path' }), rate: field(size, { jsonName: 'Rate' }) }))

const blkio = struct({
  weight: strictWhole,
  weight_device: listOf(struct({ path: field(text, { jsonName: 'Path' }), weight: field(strictWhole, { jsonName: 'Weight' }) })),
  device_read_bps: throttle,
  device_read_iops: throttle,
  device_write_bps: throttle,
  device_write_iops: throttle,
})

const update = struct({
  parallelism: given(whole),
  delay: duration,
  failure_action: text,
  monitor: duration,
  max_failure_ratio: decimal,
  order: text,
})

const limits = { cpus: decimal, memory: size, pids: whole }

const deploy = struct({
  mode: text,
  replicas: given(whole),
  labels: textMap,
  update_config: update,
  rollback_config: update,
  resources: field(
    struct({
      limits: struct(limits),
      reservations: struct({
        ...limits,
        devices: listOf(deviceRequest),
        generic_resources: listOf(struct({ discrete_resource_spec: struct({ kind: text, value: given(whole) }) })),
      }),
    }),
    { jsonDefault: {} },
  ),
  restart_policy: struct({ condition: text, delay: given(duration), max_attempts: given(whole), window: given(duration) }),
  placement: field(struct({ constraints: texts, preferences: listOf(struct({ spread: text })), max_replicas_per_node: whole }), {
    jsonDefault: {},
  }),
  endpoint_mode: text,
})

const develop = struct({
  watch: listOf(
    struct({
      path: text,
      action: text,
      target: text,
      exec: field(hook, { jsonDefault: { command: null } }),
      include: texts,
      ignore: texts,
      initial_sync: flag,
    }),
  ),
})

const serviceNetwork = struct({
  aliases: texts,
  driver_opts: textMap,
  gw_priority: whole,
  interface_name: text,
  ipv4_address: text,
  ipv6_address: text,
  link_local_ips: texts,
  mac_address: text,
  priority: whole,
})

const mount = struct({
  type: text,
  source: text,
  target: text,
  read_only: flag,
  consistency: text,
  bind: struct({ selinux: text, propagation: text, create_host_path: flag, recursive: text }),
  volume: struct({ labels: textMap, nocopy: flag, subpath: text }),
  tmpfs: struct({ size, mode: strictWhole }),
  image: struct({ subpath: text }),
})

export const serviceCodec: Codec = struct({
  name: field(text, { hidden: true }),
  profiles: texts,
  annotations: textMap,
  attach: given(flag),
  build,
  develop,
  blkio_config: blkio,
  cap_add: texts,
  cap_drop: texts,
  cgroup_parent: text,
  cgroup: text,
  cpu_count: whole,
  cpu_percent: decimal,
  cpu_period: whole,
  cpu_quota: whole,
  cpu_rt_period: whole,
  cpu_rt_runtime: whole,
  cpus: decimal,
  cpuset: text,
  cpu_shares: whole,
  command: field(command, { jsonDefault: null }),
  configs: listOf(grant),
  container_name: text,
  credential_spec: struct({ config: text, file: text, registry: text }),
  depends_on: mapOf(struct({ condition: text, restart: flag, required: given(flag) })),
  deploy,
  device_cgroup_rules: texts,
  devices: listOf(struct({ source: text, target: text, permissions: text })),
  dns: texts,
  dns_opt: texts,
  dns_search: texts,
  domainname: text,
  entrypoint: field(command, { jsonDefault: null }),
  provider: struct({ type: text, options: mapOf(texts) }),
  environment: nullableTextMap,
  env_file: listOf(struct({ path: text, required: given(flag), format: text })),
  expose: texts,
  external_links: texts,
  extra_hosts: hosts,
  group_add: texts,
  gpus: listOf(deviceRequest),
  hostname: text,
  healthcheck: struct({
    test: texts,
    timeout: given(duration),
    interval: given(duration),
    retries: given(whole),
    start_period: given(duration),
    start_interval: given(duration),
    disable: flag,
  }),
  image: text,
  init: given(flag),
  ipc: text,
  isolation: text,
  labels: textMap,
  label_file: texts,
  links: texts,
  logging: struct({ driver: text, options: textMap }),
  mem_limit: size,
  mem_reservation: size,
  memswap_limit: size,
  mem_swappiness: size,
  mac_address: text,
  models: mapOf(struct({ endpoint_var: text, model_var: text }), { nullable: true }),
  network_mode: text,
  networks: mapOf(serviceNetwork, { nullable: true }),
  oom_kill_disable: flag,
  oom_score_adj: whole,
  pid: text,
  pids_limit: whole,
  platform: text,
  ports: listOf(struct({ name: text, mode: text, host_ip: text, target: whole, published: text, protocol: text, app_protocol: text })),
  privileged: flag,
  pull_policy: text,
  pull_refresh_after: duration,
  read_only: flag,
  restart: text,
  runtime: text,
  scale: given(whole),
  secrets: listOf(grant),
  security_opt: texts,
  shm_size: size,
  stdin_open: flag,
  stop_grace_period: given(duration),
  stop_signal: text,
  storage_opt: textMap,
  sysctls: textMap,
  tmpfs: texts,
  tty: flag,
  ulimits: mapOf(ulimit),
  use_api_socket: flag,
  user: text,
  userns_mode: text,
  uts: text,
  volumes: listOf(mount),
  volumes_from: texts,
  working_dir: text,
  post_start: listOf(hook),
  pre_start: listOf(hook),
  pre_stop: listOf(hook),
})

export const networkCodec: Codec = struct({
  name: text,
  driver: text,
  driver_opts: textMap,
  ipam: field(
    struct({
      driver: text,
      config: listOf(struct({ subnet: text, gateway: text, ip_range: text, aux_addresses: textMap })),
      options: field(textMap, { hidden: true }),
    }),
    { jsonDefault: {} },
  ),
  external: flag,
  internal: flag,
  attachable: flag,
  labels: textMap,
  enable_ipv4: given(flag),
  enable_ipv6: given(flag),
})

export const volumeCodec: Codec = struct({ name: text, driver: text, driver_opts: textMap, external: flag, labels: textMap })

export const fileObjectCodec: Codec = struct({
  name: text,
  file: text,
  environment: text,
  content: text,
  external: flag,
  labels: textMap,
  driver: text,
  driver_opts: textMap,
  template_driver: text,
})

export const modelCodec: Codec = struct({ name: text, model: text, context_size: whole, runtime_flags: texts })

/** Decodes every member of a top-level map; a null member is an empty one. */
export function decodeSection(
  section: Value | undefined,
  codec: Codec,
  path: Path,
  problem: (path: Path, message: string) => void,
): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null)
  if (!isTree(section)) return result
  for (const key of Object.keys(section).sort()) result[key] = codec.decode(section[key] ?? {}, [...path, key], problem)
  return result
}
