import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type Cleanup, withCleanup } from '../../base/cleanup.ts'
import { removeGroup } from '../../sys/cgroup/group.ts'
import { openDirectory } from '../../sys/files.ts'
import { exited } from '../../sys/process.ts'
import type { ContainerSpec } from '../api.ts'
import type { NetworkSetup, StepRunner } from '../parts.ts'
import { buildBundle } from './bundle/bundle.ts'
import type { BundleInput, ResolvedMount } from './bundle/input.ts'
import type { ContainerDeps } from './deps.ts'
import { renderHosts } from './hosts.ts'
import { cgroupPath } from './places.ts'
import { createStepNetworks, type StepNetwork, type StepNetworks } from './step-networks.ts'
import { resolveUser } from './user.ts'

type StepParams = Parameters<StepRunner['run']>[0]

/** Runs build steps in the foreground, each in namespaces of its own, with a container's rights. */
export function createStepRunner(deps: ContainerDeps): StepRunner {
  const networks = createStepNetworks(deps)
  return {
    run: (params) =>
      withCleanup(async (cleanup) => {
        const result = await runStep(deps, { params, cleanup, networks })
        await cleanup.run()
        if (result.network !== undefined) networks.release(result.network)
        return { exitCode: result.exitCode }
      }),
    close: () => networks.close(),
  }
}

interface Step {
  readonly params: StepParams
  readonly cleanup: Cleanup
  readonly networks: StepNetworks
}

interface StepEnd {
  readonly exitCode: number
  /** What the next step may have; absent where the step shared the host's network. */
  readonly network: StepNetwork | undefined
}

async function runStep(deps: ContainerDeps, { params, cleanup, networks }: Step): Promise<StepEnd> {
  params.signal?.throwIfAborted()
  const id = randomBytes(32).toString('hex')
  const bundle = `${deps.paths.runRoot}/steps/${id}`
  mkdirSync(bundle, { recursive: true, mode: 0o711 })
  cleanup.push(() => rmSync(bundle, { recursive: true, force: true }))
  const network = params.network === 'host' ? undefined : await networks.acquire(params.network === 'none' ? 'none' : 'bridge')
  let ended = false
  cleanup.push(() => (network === undefined || ended ? undefined : networks.discard(network)))
  const root = openDirectory(params.rootfs)
  const input = stepInput(deps, { id, params, bundle, network, root })
  const { config } = buildBundle(input)
  const env = { ...config.process, env: stepEnv(params.env, input) }
  writeFileSync(`${bundle}/config.json`, JSON.stringify(deps.filter.add({ ...config, process: env })), { mode: 0o600 })
  cleanup.push(async () => {
    await deps.runtime.destroy(id)
    await removeGroup(deps.cgroups, input.cgroupsPath)
  })
  const child = deps.runtime.runOnce({ id, bundle, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout?.on('data', (data: Uint8Array) => params.onOutput({ stream: 'stdout', data }))
  child.stderr?.on('data', (data: Uint8Array) => params.onOutput({ stream: 'stderr', data }))
  const flushed = Promise.all([child.stdout, child.stderr].map((stream) => new Promise((resolve) => stream?.once('close', resolve))))
  // A cancelled step takes its whole process tree with it: the pid namespace ends with its first process.
  const onAbort = (): void => void deps.runtime.destroy(id).finally(() => child.kill('SIGKILL'))
  params.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    const { exitCode } = await exited(child)
    await flushed
    params.signal?.throwIfAborted()
    // With all rights a step may have changed anything in it.
    ended = params.privileged !== true
    return { exitCode, network: ended ? network : undefined }
  } finally {
    params.signal?.removeEventListener('abort', onAbort)
  }
}

/** Exactly what the builder gives, and HOME as every process has it. */
function stepEnv(env: readonly string[], { user }: BundleInput): readonly string[] {
  return env.some((line) => line.startsWith('HOME=')) ? env : [...env, `HOME=${user.home}`]
}

interface StepBundle {
  readonly id: string
  readonly params: StepParams
  readonly bundle: string
  readonly network: StepNetwork | undefined
  readonly root: number
}

function stepInput(deps: ContainerDeps, { id, params, bundle, network, root }: StepBundle): BundleInput {
  const hostname = params.hostname ?? 'buildkitsandbox'
  const spec: ContainerSpec = {
    name: params.key,
    image: params.key,
    labels: {},
    network: network === undefined ? { kind: 'host' } : { kind: 'none' },
    entrypoint: params.args,
    workingDir: params.workingDir,
    ...(params.shmSize === undefined ? {} : { shmSize: params.shmSize }),
    ...(params.ulimits === undefined ? {} : { ulimits: params.ulimits }),
    ...(params.privileged === undefined ? {} : { privileged: params.privileged }),
  }
  try {
    return {
      id,
      spec,
      image: {},
      host: deps.host,
      user: resolveUser(root, params.user),
      rootfs: params.rootfs,
      hostname,
      mounts: (params.mounts ?? []).map(stepMount),
      files: network === undefined ? hostFiles() : stepFiles(bundle, network.setup, params.extraHosts),
      devices: [],
      blockDevices: {},
      namespaces: {
        network: network === undefined ? 'host' : { path: network.netns },
        pid: 'new',
        ipc: 'new',
        uts: 'new',
        cgroup: deps.host.cgroup === 'v2' ? 'new' : 'host',
      },
      cgroupsPath: cgroupPath(id),
    }
  } finally {
    closeSync(root)
  }
}

function stepMount({ source, target, readOnly, type = 'bind' }: NonNullable<StepParams['mounts']>[number]): ResolvedMount {
  return type === 'tmpfs'
    ? { type, target, readOnly, options: ['exec'] }
    : { type, source, target, readOnly, file: !statSync(source).isDirectory() }
}

function stepFiles(bundle: string, setup: NetworkSetup, extraHosts: readonly string[] | undefined): BundleInput['files'] {
  writeFileSync(`${bundle}/hosts`, renderHosts(setup, { extraHosts: extraHosts ?? [] }), { mode: 0o644 })
  writeFileSync(`${bundle}/resolv.conf`, setup.resolvConf, { mode: 0o644 })
  return ['hosts', 'resolv.conf'].map((name) => ({ source: `${bundle}/${name}`, target: `/etc/${name}`, readOnly: false }))
}

function hostFiles(): BundleInput['files'] {
  return ['hosts', 'resolv.conf'].map((name) => ({ source: `/etc/${name}`, target: `/etc/${name}`, readOnly: true }))
}
