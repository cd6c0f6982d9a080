// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of compose files look like this
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { loadProject } from '../../src/project/load.ts'
import { renderConfig } from '../../src/project/render.ts'
import type { Outcome } from './cases.ts'

/* Compose files put together at random from values each attribute may have, right ones and wrong ones. */

/** What is written for an attribute of a service: right and wrong forms alike. */
export const values: Readonly<Record<string, readonly unknown[]>> = {
  annotations: [{ a: 'b', n: 1, t: true }, ['k=v', 'bare'], {}],
  attach: [true, false],
  blkio_config: [
    { weight: 300, weight_device: [{ path: '/dev/sda', weight: 400 }], device_read_bps: [{ path: '/dev/sdb', rate: '12mb' }] },
  ],
  build: [
    '.',
    './dir',
    { context: 'x', args: { A: 1, B: null } },
    { context: 'x', args: ['A=$SET', 'B', 'SET'] },
    { dockerfile_inline: 'FROM x' },
    { context: '.', target: 't', cache_from: ['a'], labels: { a: 'b' }, shm_size: '1gb', tags: ['t:1'] },
    { context: '.', ssh: ['default'], secrets: ['s1'], ulimits: { nofile: 5 } },
    { context: '.', additional_contexts: { a: './a', b: 'docker-image://x' }, extra_hosts: ['a:1.2.3.4'] },
    'https://example.com/a/b.git#main:dir',
  ],
  cap_add: [['ALL'], ['NET_ADMIN', 'NET_ADMIN']],
  cap_drop: [['ALL', 'X']],
  cgroup: ['host', 'private'],
  cgroup_parent: ['m'],
  command: ['echo hello', 'sh -c "a b"', ['a', 'b c'], [], null, '', "echo '$$x' $SET", 'a \\ b'],
  configs: [['c1'], [{ source: 'c1', target: '/x', mode: 288 }], [{ source: 'c1', uid: '1', gid: '2' }], []],
  container_name: ['cn-${SET}'],
  cpu_count: [2, '3'],
  cpu_percent: [50.5],
  cpu_shares: [10, '20'],
  cpu_quota: [1000, '50ms'],
  cpu_rt_runtime: ['400ms', 1000],
  cpus: [1.5, '0.5'],
  cpuset: ['0-1'],
  depends_on: [
    ['b'],
    { b: { condition: 'service_healthy' } },
    { b: { condition: 'service_started', restart: true, required: false } },
    ['b'],
  ],
  deploy: [
    { replicas: 2 },
    { mode: 'global', labels: ['a=b'], resources: { limits: { cpus: '0.5', memory: '50M', pids: 5 } } },
    {
      resources: {
        reservations: {
          devices: [{ capabilities: ['gpu'], count: 1 }],
          generic_resources: [{ discrete_resource_spec: { kind: 'g', value: 2 } }],
        },
      },
    },
    { restart_policy: { condition: 'on-failure', delay: '5s', max_attempts: 3, window: '120s' } },
    {
      update_config: {
        parallelism: 2,
        delay: '10s',
        order: 'stop-first',
        failure_action: 'rollback',
        monitor: '1m',
        max_failure_ratio: 0.3,
      },
    },
    { placement: { constraints: ['node.role == manager'], preferences: [{ spread: 'node.x' }], max_replicas_per_node: 1 } },
    { endpoint_mode: 'vip', rollback_config: { parallelism: 0 } },
  ],
  develop: [{ watch: [{ path: './a', action: 'sync', target: '/a', ignore: ['x'] }] }, { watch: [{ path: 'p', action: 'rebuild' }] }],
  device_cgroup_rules: [['c 1:3 mr']],
  devices: [['/dev/a:/dev/b:r'], ['/dev/a'], [{ source: '/dev/a', target: '/dev/b', permissions: 'rw' }]],
  dns: ['1.1.1.1', ['1.1.1.1', '8.8.8.8']],
  dns_opt: [['use-vc']],
  dns_search: ['a.com', ['a.com', 'b.com']],
  domainname: ['d'],
  entrypoint: ['/e', ['/e', 'x'], null, []],
  env_file: [
    'vars.env',
    ['vars.env', 'more.env'],
    [{ path: 'vars.env' }, { path: 'none.env', required: false }],
    [{ path: 'raw.env', format: 'raw' }],
  ],
  environment: [
    { A: 1, B: true, C: null, D: '', E: 1.5, F: '$SET' },
    ['A=1', 'B', 'SET', 'D=', 'E=a=b'],
    {},
    { SET: null, UNSET: null },
    ['A=${UNSET:-x y}'],
    { A: 1e3, B: 0o17 },
  ],
  expose: [['80', 90, '100-102'], ['80/udp']],
  external_links: [['r:a']],
  extra_hosts: [['a=1.1.1.1', 'b:2.2.2.2', 'c:::1'], { a: '1.1.1.1', b: ['1.1.1.2', '1.1.1.3'] }, ['h:host-gateway']],
  group_add: [['a', 10]],
  gpus: ['all', [{ driver: 'nvidia', count: 2 }]],
  healthcheck: [
    { test: 'curl x', interval: '30s', timeout: '1m30s', retries: 3, start_period: '5s', start_interval: '1s' },
    { test: ['CMD', 'a', 'b'] },
    { disable: true },
    { test: ['NONE'] },
    { retries: '4' },
  ],
  hostname: ['h'],
  init: [true, false],
  ipc: ['host', 'service:b'],
  labels: [{ a: 'b', n: 1, nul: null }, ['a=b', 'c'], ['x.y=$SET', 'z=1=2']],
  links: [['b'], ['b:alias']],
  logging: [{ driver: 'json-file', options: { 'max-size': '10m', 'max-file': 3 } }, { options: { a: 'b' } }],
  mac_address: ['02:42:ac:11:65:43'],
  mem_limit: ['50m', '1.5gb', 1000000, '100'],
  mem_reservation: ['10mb'],
  mem_swappiness: [10, '20'],
  memswap_limit: ['2g', -1],
  network_mode: ['host', 'none', 'bridge', 'service:b'],
  networks: [
    ['n1'],
    { n1: null, n2: { aliases: ['x', 'y'], ipv4_address: '10.0.0.2', priority: 5, gw_priority: 1 } },
    { n1: { mac_address: '02:42:ac:11:65:43', driver_opts: { a: 1 } } },
    ['default'],
  ],
  oom_kill_disable: [true],
  oom_score_adj: [-500, '100'],
  pid: ['host', 'service:b'],
  pids_limit: [10, -1],
  platform: ['linux/amd64'],
  ports: [
    ['80', '8080:80', '127.0.0.1:1:2/udp', 3000],
    ['9000-9002:80', '10-11:10-11'],
    ['[::1]:6:7', '0:1', '127.0.0.1::70'],
    [{ target: 80, published: '8080', protocol: 'tcp', host_ip: '1.2.3.4', mode: 'host', name: 'n', app_protocol: 'http' }],
    [{ target: 80 }, { target: 80, published: 90 }],
    ['${SET_PORT}:80', '80:80', '80:80'],
  ],
  post_start: [[{ command: 'a b', user: 'u' }], [{ command: ['a'], environment: ['A=1'] }]],
  pre_stop: [[{ command: ['a'], privileged: true, working_dir: '/x' }]],
  privileged: [true, 'true'],
  profiles: [['p1'], ['p2', 'p1'], []],
  pull_policy: ['always', 'if_not_present', 'build', 'daily', 'weekly', 'every_12h'],
  read_only: [true, '${UNSET:-true}'],
  restart: ['no', 'always', 'on-failure:3', 'unless-stopped'],
  runtime: ['runc'],
  scale: [2, '3', 0],
  secrets: [['s1'], [{ source: 's1', target: 't', uid: '1', gid: '1', mode: '0440' }], ['s1', 's1']],
  security_opt: [['no-new-privileges:true', 'label=a']],
  shm_size: ['64m', 1024],
  stdin_open: [true],
  stop_grace_period: ['1m', '1h5m30s20ms', '1.5s'],
  stop_signal: ['SIGINT'],
  storage_opt: [{ size: '1G' }],
  sysctls: [{ 'net.core.somaxconn': 1024 }, ['a.b=1', 'c=2']],
  tmpfs: ['/run', ['/run:size=1m', '/tmp']],
  tty: [true],
  ulimits: [{ nproc: 65535, nofile: { soft: 1, hard: 2 } }, { a: '5' }],
  user: ['1000:1000', 'root', 1000],
  userns_mode: ['host'],
  uts: ['host'],
  volumes: [
    ['v1:/data', './src:/src:ro', '/abs:/abs:rw,z', '~/h:/h', '/anon'],
    [{ type: 'bind', source: './a', target: '/a', read_only: true, bind: { propagation: 'rprivate', create_host_path: false } }],
    [{ type: 'volume', source: 'v1', target: '/d', volume: { nocopy: true, subpath: 'x' } }],
    [{ type: 'tmpfs', target: '/t', tmpfs: { size: '10m', mode: 0o1777 } }],
    ['v1:/x/', 'v1:/x'],
    ['../up:/up:cached', 'v1:/y:nocopy,ro'],
  ],
  volumes_from: [['b', 'b:ro'], ['container:x']],
  working_dir: ['/w'],
  'x-any': [{ z: 1, a: [1, '2', null, { y: 1, b: 2 }] }, 'text $SET', null],
}

const name = fc.constantFrom('a', 'c', 'd-e', 'f_1')
const image = fc.constantFrom(
  'x',
  'nginx:1.27',
  'reg.io:5000/a/b@sha256:0000000000000000000000000000000000000000000000000000000000000000',
  '${IMG:-x}',
)

function service(keys: number): fc.Arbitrary<Record<string, unknown>> {
  const attributes = fc
    .uniqueArray(fc.constantFrom(...Object.keys(values)), { minLength: 0, maxLength: keys })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((key) => [key, fc.constantFrom(...(values[key] ?? []))]))))
  return fc.record({ image, attributes }).map((parts) => ({ image: parts.image, ...parts.attributes }))
}

const topLevel = fc.record(
  {
    name: fc.constantFrom('proj', 'p-${SET}'),
    networks: fc.constantFrom(
      { n1: null, n2: { driver: 'bridge', ipam: { config: [{ subnet: '10.0.0.0/24', gateway: '10.0.0.1' }] }, labels: ['a=b'] } },
      { n1: { external: true, name: 'out' }, n2: { internal: true, enable_ipv6: true, driver_opts: { a: 1 } } },
      { default: { name: 'dn' }, n1: {}, n2: {} },
    ),
    volumes: fc.constantFrom(
      { v1: null },
      { v1: { driver: 'local', driver_opts: { type: 'none', o: 'bind', device: './d' } } },
      { v1: { external: true } },
    ),
    'x-top': fc.constantFrom({ k: ['$SET'] }, 1, null),
  },
  { requiredKeys: [] },
)

export const sources = { configs: { c1: { content: 'hi $SET' } }, secrets: { s1: { file: './s1' } } }

/** One to three files, merged one over the other. */
export const composeFiles: fc.Arbitrary<readonly string[]> = fc
  .record({
    top: topLevel,
    services: fc.dictionary(name, service(5), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    b: service(2),
    overrides: fc.array(fc.dictionary(name, service(4), { minKeys: 1, maxKeys: 2, noNullPrototype: true }), { maxLength: 2 }),
  })
  .map(({ top, services, b, overrides }) => [
    JSON.stringify({ ...sources, ...top, services: { b, ...services } }),
    ...overrides.map((override) => JSON.stringify({ services: override })),
  ])

export const beside: Readonly<Record<string, string>> = {
  '.env': 'SET=from-dotenv\nSET_PORT=8081\n',
  'vars.env': 'A=file\nV="$SET x"\nONLY=1\n',
  'more.env': "A='more'\nW=2 # comment\n",
  'raw.env': 'R="kept" # too\nS=$SET\n',
  s1: 'secret',
}

const env = { HOME: '/home/user' }

/** Loads the files with both; JSON of the configuration, or that it was refused. */
export function runBoth(files: readonly string[], oracle: string): { readonly ours: Outcome; readonly theirs: Outcome } {
  const directory = mkdtempSync(join(tmpdir(), 'tscompose-generated-'))
  try {
    const cwd = join(directory, 'work')
    mkdirSync(cwd)
    for (const [file, text] of Object.entries(beside)) writeFileSync(join(cwd, file), text)
    const names = files.map((text, index) => {
      writeFileSync(join(cwd, `${index}.yaml`), text)
      return `${index}.yaml`
    })
    const args = [...names.flatMap((file) => ['-f', file]), '--profile', 'p1', 'config', '--format', 'json']
    const result = spawnSync(oracle, args, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' })
    const theirs: Outcome = result.status === 0 ? { config: JSON.parse(result.stdout) } : { error: result.stderr.trim() }
    return { ours: runOurs(names, cwd), theirs }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function runOurs(files: readonly string[], cwd: string): Outcome {
  try {
    return { config: JSON.parse(renderConfig(loadProject({ files, profiles: ['p1'], env, cwd }).project, { format: 'json' })) }
  } catch (error) {
    if (error instanceof Error && error.name === 'TscomposeError') return { error: error.message }
    throw error
  }
}
