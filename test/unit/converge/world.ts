import { sha256 } from '../../../src/base/hash.ts'
import { type Desired, desiredReplica, desiredState } from '../../../src/converge/desired.ts'
import { label } from '../../../src/converge/labels.ts'
import type { Observed } from '../../../src/converge/observe.ts'
import { formatPlan } from '../../../src/converge/plan.ts'
import type { UpRules } from '../../../src/converge/reconcile/options.ts'
import { reconcileUp } from '../../../src/converge/reconcile/up.ts'
import type { FileContents } from '../../../src/converge/spec/files.ts'
import type { ContainerSpec, ContainerState, ContainerSummary, ImageSummary, NetworkInfo, VolumeInfo } from '../../../src/engine/api.ts'
import { loadProject } from '../../../src/project/load.ts'
import type { Project } from '../../../src/project/model.ts'

/** A project named `demo` from the text of a compose file. */
export function project(yaml: string, options: { readonly services?: readonly string[]; readonly dependencies?: boolean } = {}): Project {
  return loadProject({ files: ['-'], stdin: yaml, projectName: 'demo', projectDirectory: '/demo', cwd: '/', env: {}, ...options }).project
}

export function desired(yaml: string, contents: FileContents = new Map()): Desired {
  return desiredState(project(yaml), contents)
}

export const defaultRules: UpRules = {
  recreate: 'diverged',
  recreateDependencies: 'diverged',
  renewAnonymousVolumes: false,
  start: true,
  removeOrphans: false,
  ignoreOrphans: false,
  images: { build: false, noBuild: false, now: 1_000_000_000, settled: new Set() },
  wait: false,
  recreateVolumes: false,
}

const idle: ContainerState = {
  status: 'running',
  pid: 1,
  exitCode: 0,
  oomKilled: false,
  error: '',
  startedAt: 1,
  finishedAt: 0,
  restartCount: 0,
  health: 'none',
}

export function image(reference: string, id = `sha256:${reference.replaceAll(/[^a-z0-9]/g, '')}`): ImageSummary {
  return { id, tags: [reference], digests: [], createdAt: 1, size: 1, labels: {}, platform: 'linux/amd64' }
}

/** The container an earlier `up` of this spec would have left running. */
export function container(
  spec: ContainerSpec,
  changes: { readonly state?: Partial<ContainerState> } & Partial<Omit<ContainerSummary, 'state'>> = {},
): ContainerSummary {
  const { state, ...rest } = changes
  const endpoints = spec.network.kind === 'networks' ? spec.network.endpoints : []
  return {
    id: sha256(spec.name),
    name: spec.name,
    image: spec.image,
    imageId: image(spec.image).id,
    createdAt: 1,
    command: [],
    labels: spec.labels,
    state: { ...idle, ...state },
    networks: endpoints.map(({ network, aliases = [] }) => ({
      ...{ network, networkId: network, endpointId: '', aliases, ipv4Address: '', ipv4PrefixLength: 0, ipv4Gateway: '' },
      ...{ ipv6Address: '', ipv6PrefixLength: 0, ipv6Gateway: '', macAddress: '' },
    })),
    mounts: (spec.mounts ?? []).flatMap((mount) =>
      mount.type === 'volume'
        ? [
            {
              type: 'volume' as const,
              name: mount.source ?? 'f'.repeat(64),
              source: '/volume',
              target: mount.target,
              readOnly: false,
              anonymous: mount.source === undefined,
            },
          ]
        : [],
    ),
    ports: [],
    networkMode: '',
    ...rest,
  }
}

/** Everything a settled `up` of this file leaves behind. */
export function settled(yaml: string, contents: FileContents = new Map()): Observed {
  const wanted = desired(yaml, contents)
  const containers = wanted.services.flatMap((service) =>
    Array.from({ length: service.replicas }, (_, index) => container(desiredReplica(wanted, service, index + 1))),
  )
  const networks: NetworkInfo[] = wanted.networks.map(({ spec, name }) => ({
    ...spec,
    id: name,
    createdAt: 1,
    bridge: 'br',
    pools: [],
    containers: [],
  }))
  const volumes: VolumeInfo[] = wanted.volumes.map(({ spec }) => ({ ...spec, createdAt: 1, mountpoint: '/volume', anonymous: false }))
  const images = Object.fromEntries(wanted.services.map((service) => [service.image, image(service.image)]))
  const specs = Object.fromEntries(
    wanted.services.flatMap((service) =>
      containers
        .filter(({ labels }) => labels[label.service] === service.name)
        .map(({ id, labels }) => [id, desiredReplica(wanted, service, Number(labels[label.number]))]),
    ),
  )
  return { containers, networks, volumes, images, specs }
}

export const nothing: Observed = { containers: [], networks: [], volumes: [], images: {}, specs: {} }

/** Nothing but these images. */
export function onlyImages(...references: string[]): Observed {
  return { ...nothing, images: Object.fromEntries(references.map((reference) => [reference, image(reference)])) }
}

/** The plan text of `up`, one line an element. */
export function planOf(
  yaml: string,
  observed: Observed,
  rules: Partial<UpRules> = {},
  contents: FileContents = new Map(),
): readonly string[] {
  const text = formatPlan(reconcileUp(desired(yaml, contents), observed, { ...defaultRules, ...rules }))
  return text === '' ? [] : text.split('\n')
}

export function warningsOf(yaml: string, observed: Observed, rules: Partial<UpRules> = {}): readonly string[] {
  return reconcileUp(desired(yaml), observed, { ...defaultRules, ...rules }).warnings
}

/** The same observation with one container changed. */
export function withContainer(
  observed: Observed,
  name: string,
  change: (found: ContainerSummary) => ContainerSummary | undefined,
): Observed {
  return { ...observed, containers: observed.containers.flatMap((found) => (found.name === name ? (change(found) ?? []) : [found])) }
}
