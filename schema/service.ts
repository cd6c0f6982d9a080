import { amount, choice, either, flag, list, object, options, ref, type Schema, text, texts, uniqueTexts, whole } from './builders.ts'

const build = either(
  'How the image is built.',
  text('Directory or URL of the build context.'),
  object('The build in full.', {
    context: text('Directory or URL of the build context.'),
    dockerfile: text('Dockerfile, relative to the context.'),
    dockerfile_inline: text('Content of the Dockerfile.'),
    entitlements: texts('Privileges the build may use.'),
    args: ref('list_or_dict', 'Build arguments.'),
    ssh: ref('list_or_dict', 'SSH agents or keys the build may use.'),
    labels: ref('list_or_dict', 'Labels of the image.'),
    cache_from: texts('Where cached layers may be taken from.'),
    cache_to: texts('Where cached layers are written to.'),
    no_cache: flag('Build without cache.'),
    no_cache_filter: ref('string_or_list', 'Stages built without cache.'),
    additional_contexts: ref('list_or_dict', 'More named build contexts.'),
    network: text('Network of RUN steps: default, none, host.'),
    provenance: flag('Provenance attestation.'),
    sbom: flag('Software bill of materials attestation.'),
    pull: flag('Look for newer base images.'),
    target: text('Stage to build.'),
    shm_size: whole('Size of /dev/shm in the build.'),
    extra_hosts: ref('extra_hosts', 'Host names to add in the build.'),
    isolation: text('Isolation technology.'),
    privileged: flag('Build with all privileges.'),
    secrets: ref('grants', 'Secrets the build may read.'),
    tags: texts('More tags of the image.'),
    ulimits: ref('ulimits', 'Resource limits in the build.'),
    platforms: texts('Platforms to build for.'),
  }),
)

const throttle = (description: string): Schema =>
  list(description, object('One device.', { path: text('Device.'), rate: whole('Rate per second.') }, { extensible: false }))

const blkio = object(
  'Limits of block input and output.',
  {
    weight: whole('Relative weight, 10 to 1000.'),
    weight_device: list(
      'Weight per device.',
      object('One device.', { path: text('Device.'), weight: whole('Weight.') }, { extensible: false }),
    ),
    device_read_bps: throttle('Bytes read per second.'),
    device_read_iops: throttle('Reads per second.'),
    device_write_bps: throttle('Bytes written per second.'),
    device_write_iops: throttle('Writes per second.'),
  },
  { extensible: false },
)

const port = {
  oneOf: [
    { type: 'number' },
    { type: 'string' },
    object('One port.', {
      name: text('Name of the port.'),
      mode: text('host or ingress.'),
      host_ip: text('Address of the host to listen on.'),
      target: whole('Port in the container.'),
      published: whole('Port of the host, or a range.'),
      protocol: text('tcp, udp or sctp.'),
      app_protocol: text('What is spoken on the port.'),
    }),
  ],
}

const mount = {
  oneOf: [
    { type: 'string' },
    object(
      'One mount.',
      {
        type: choice('Kind of mount.', 'bind', 'volume', 'tmpfs', 'cluster', 'npipe', 'image'),
        source: text('Host path, name of a volume, or image.'),
        target: text('Path in the container.'),
        read_only: flag('The container may not write.'),
        consistency: text('Consistency the platform should give.'),
        bind: object('For bind mounts.', {
          propagation: text('Mount propagation.'),
          create_host_path: flag('Make a missing host directory.'),
          recursive: choice('Mounts below the source.', 'enabled', 'disabled', 'writable', 'readonly'),
          selinux: choice('SELinux relabelling.', 'z', 'Z'),
        }),
        volume: object('For volumes.', {
          labels: ref('list_or_dict', 'Labels of the volume.'),
          nocopy: flag("Do not fill a new volume from the image's files."),
          subpath: text('Directory inside the volume.'),
        }),
        tmpfs: object('For tmpfs.', {
          size: { oneOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }], description: 'Size.' },
          mode: amount('Permissions, in octal.'),
        }),
        image: object('For images.', { subpath: text('Directory inside the image.') }),
      },
      { required: ['type'] },
    ),
  ],
}

const serviceNetwork = {
  oneOf: [
    object('How the service is attached.', {
      aliases: ref('list_of_strings', 'More names on this network.'),
      interface_name: text('Name of the interface in the container.'),
      ipv4_address: text('Fixed IPv4 address.'),
      ipv6_address: text('Fixed IPv6 address.'),
      link_local_ips: ref('list_of_strings', 'Link-local addresses.'),
      mac_address: text('Fixed MAC address.'),
      driver_opts: options('Options for the driver.', ['string', 'number']),
      priority: { type: 'number', description: 'Networks with higher priority are attached first.' },
      gw_priority: { type: 'number', description: 'The default route goes through the network with the highest.' },
    }),
    { type: 'null' },
  ],
}

const names = '^[a-zA-Z0-9._-]+$'
const byName = (description: string, member: Schema, more: Schema = {}): Schema =>
  either(description, ref('list_of_strings'), { type: 'object', patternProperties: { [names]: member }, ...more })

const update = (what: string): Schema =>
  object(`How a ${what} goes.`, {
    parallelism: whole('Containers at a time.'),
    delay: text('Time between two groups.'),
    failure_action: text('What to do when it fails.'),
    monitor: text('Time a task is watched.'),
    max_failure_ratio: amount('Failures to put up with.'),
    order: choice('What comes first.', 'start-first', 'stop-first'),
  })

const deploy = object(
  'How the service is deployed.',
  {
    mode: text('replicated or global.'),
    endpoint_mode: text('vip or dnsrr.'),
    replicas: whole('Number of containers.'),
    labels: ref('list_or_dict', 'Labels of the service.'),
    rollback_config: update('rollback'),
    update_config: update('update'),
    resources: object('Limits and reservations.', {
      limits: object('What a container may use at most.', {
        cpus: amount('Number of CPUs.'),
        memory: text('Memory, such as `512m`.'),
        pids: whole('Number of processes.'),
      }),
      reservations: object('What a container must get.', {
        cpus: amount('Number of CPUs.'),
        memory: text('Memory.'),
        generic_resources: list(
          'Other resources.',
          object('One resource.', {
            discrete_resource_spec: object('A countable resource.', { kind: text('Which.'), value: amount('How many.') }),
          }),
        ),
        devices: ref('device_requests', 'Devices.'),
      }),
    }),
    restart_policy: object('When a container is started again.', {
      condition: text('none, on-failure or any.'),
      delay: text('Time between two attempts.'),
      max_attempts: whole('Attempts before giving up.'),
      window: text('Time after which a start has succeeded.'),
    }),
    placement: object('Where containers go.', {
      constraints: texts('Conditions a node must meet.'),
      preferences: list('Wishes.', object('One wish.', { spread: text('Label to spread over.') })),
      max_replicas_per_node: whole('Containers a node may have.'),
    }),
  },
  { nullable: true },
)

const develop = object(
  'What happens when files change.',
  {
    watch: list(
      'Rules.',
      object(
        'One rule.',
        {
          path: text('What to watch.'),
          action: choice('What to do.', 'rebuild', 'sync', 'restart', 'sync+restart', 'sync+exec'),
          target: text('Where files go in the container.'),
          ignore: ref('string_or_list', 'Patterns to leave out.'),
          include: ref('string_or_list', 'Patterns to keep.'),
          exec: ref('hook', 'Command to run after the sync.'),
          initial_sync: { type: 'boolean', description: 'Bring the container up to date at the start.' },
        },
        { required: ['path', 'action'] },
      ),
    ),
  },
  { nullable: true },
)

/** One service: every attribute of the specification. */
export const service: Schema = object('A service: containers made alike.', {
  annotations: ref('list_or_dict', 'Annotations of the container.'),
  attach: flag('False: `up` and `logs` leave its output out.'),
  blkio_config: blkio,
  build,
  cap_add: uniqueTexts('Capabilities to add.'),
  cap_drop: uniqueTexts('Capabilities to drop.'),
  cgroup: choice('Cgroup namespace.', 'host', 'private'),
  cgroup_parent: text('Parent cgroup.'),
  command: ref('command', "Command instead of the image's."),
  configs: ref('grants', 'Configs given to the container.'),
  container_name: text('Name of the container.', { pattern: '[a-zA-Z0-9][a-zA-Z0-9_.-]+' }),
  cpu_count: either('Number of CPUs.', { type: 'string' }, { type: 'integer', minimum: 0 }),
  cpu_percent: either('Share of the CPUs.', { type: 'string' }, { type: 'integer', minimum: 0, maximum: 100 }),
  cpu_period: amount('CFS period in microseconds.'),
  cpu_quota: amount('CFS quota in microseconds.'),
  cpu_rt_period: amount('Real-time period in microseconds.'),
  cpu_rt_runtime: amount('Real-time runtime in microseconds.'),
  cpu_shares: amount('Relative weight.'),
  cpus: amount('Number of CPUs, fractions allowed.'),
  cpuset: text('CPUs to run on: `0-3`, `0,1`.'),
  credential_spec: object('Credential specification.', {
    config: text('Config that holds it.'),
    file: text('File that holds it.'),
    registry: text('Registry value that holds it.'),
  }),
  depends_on: byName(
    'Services that must be there first.',
    object(
      'How it depends.',
      {
        condition: choice('What to wait for.', 'service_started', 'service_healthy', 'service_completed_successfully'),
        required: { type: 'boolean', default: true, description: 'False: only a warning if it is not there.' },
        restart: flag('Restart this service when compose restarts the dependency.'),
      },
      { required: ['condition'] },
    ),
    { additionalProperties: false },
  ),
  deploy,
  develop,
  device_cgroup_rules: ref('list_of_strings', 'Device rules of the cgroup.'),
  devices: list('Devices of the host.', {
    oneOf: [
      { type: 'string' },
      object(
        'One device.',
        {
          source: text('Device on the host.'),
          target: text('Device in the container.'),
          permissions: text('r, w, m.'),
        },
        { required: ['source'] },
      ),
    ],
  }),
  dns: ref('string_or_list', 'Name servers.'),
  dns_opt: uniqueTexts('Resolver options.'),
  dns_search: ref('string_or_list', 'Search domains.'),
  domainname: text('Domain name of the container.'),
  entrypoint: ref('command', "Entry point instead of the image's."),
  env_file: ref('env_file', 'Files with variables of the container.'),
  environment: ref('list_or_dict', 'Variables of the container; without value: from the environment.'),
  expose: { type: 'array', items: { type: ['string', 'number'] }, uniqueItems: true, description: 'Ports other services may use.' },
  extends: either(
    'Service this one starts from.',
    { type: 'string' },
    object('The service.', { service: text('Its name.'), file: text('The file it is in.') }, { required: ['service'], extensible: false }),
  ),
  external_links: uniqueTexts('Links to containers outside the project.'),
  extra_hosts: ref('extra_hosts', 'Host names to add.'),
  gpus: ref('gpus', 'Graphics cards.'),
  group_add: { type: 'array', items: { type: ['string', 'number'] }, uniqueItems: true, description: 'More groups of the user.' },
  healthcheck: ref('healthcheck', 'Health check.'),
  hostname: text('Host name of the container.'),
  image: text('Image to run.'),
  init: flag('Run an init as first process.'),
  ipc: text('IPC namespace.'),
  isolation: text('Isolation technology.'),
  label_file: ref('string_or_list', 'Files with labels.'),
  labels: ref('list_or_dict', 'Labels of the container.'),
  links: uniqueTexts('Names for other services: `service:alias`.'),
  logging: object('Where output goes.', {
    driver: text('Log driver.'),
    options: options('Options of the driver.', ['string', 'number', 'null']),
  }),
  mac_address: text('MAC address.'),
  mem_limit: amount('Memory at most, such as `512m`.'),
  mem_reservation: whole('Memory kept.'),
  mem_swappiness: whole('0 to 100.'),
  memswap_limit: amount('Memory and swap at most; -1: no limit.'),
  models: byName(
    'Language models to use.',
    object('Names of the variables.', { endpoint_var: text('Variable for the address.'), model_var: text('Variable for the name.') }),
  ),
  network_mode: text('none, host, bridge, service:name or container:name.'),
  networks: byName('Networks to join.', serviceNetwork, { additionalProperties: false }),
  oom_kill_disable: flag('Do not kill processes when memory runs out.'),
  oom_score_adj: either(
    'How likely it is killed when memory runs out.',
    { type: 'string' },
    { type: 'integer', minimum: -1000, maximum: 1000 },
  ),
  pid: { type: ['string', 'null'], description: 'PID namespace.' },
  pids_limit: amount('Number of processes; -1: no limit.'),
  platform: text('Platform to run, such as `linux/arm64`.'),
  ports: { type: 'array', items: port, uniqueItems: true, description: 'Ports reachable from the host.' },
  post_start: list('Commands after the start.', ref('hook')),
  pre_start: list('Commands before the start.', ref('hook')),
  pre_stop: list('Commands before the stop.', ref('hook')),
  privileged: flag('All privileges.'),
  profiles: ref('list_of_strings', 'Profiles the service belongs to.'),
  provider: object(
    'Something else that provides the service.',
    {
      type: text('Program to call.'),
      options: {
        type: 'object',
        description: 'Options for it.',
        patternProperties: {
          '^.+$': {
            oneOf: [{ type: ['string', 'number', 'boolean'] }, { type: 'array', items: { type: ['string', 'number', 'boolean'] } }],
          },
        },
      },
    },
    { required: ['type'] },
  ),
  pull_policy: text('When the image is pulled.', {
    pattern: 'always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+',
  }),
  pull_refresh_after: text('Age after which `pull_policy: refresh` pulls again.'),
  read_only: flag('The root file system may not be written.'),
  restart: text('no, always, on-failure[:n] or unless-stopped.'),
  runtime: text('OCI runtime.'),
  scale: whole('Number of containers.'),
  secrets: ref('grants', 'Secrets given to the container.'),
  security_opt: uniqueTexts('Security options.'),
  shm_size: amount('Size of /dev/shm.'),
  stdin_open: flag('Keep standard input open.'),
  stop_grace_period: text('Time a container has to stop, such as `10s`.'),
  stop_signal: text('Signal that asks it to stop.'),
  storage_opt: { type: 'object', description: 'Options of the storage driver.' },
  sysctls: ref('list_or_dict', 'Kernel parameters.'),
  tmpfs: ref('string_or_list', 'Directories in memory.'),
  tty: flag('Give it a terminal.'),
  ulimits: ref('ulimits', 'Resource limits.'),
  use_api_socket: { type: 'boolean', description: "Give it the engine's socket." },
  user: text('User to run as.'),
  userns_mode: text('User namespace.'),
  uts: text('UTS namespace.'),
  volumes: { type: 'array', items: mount, uniqueItems: true, description: 'Mounts.' },
  volumes_from: uniqueTexts('Services or containers whose mounts are taken over.'),
  working_dir: text('Working directory.'),
})
