import { closeSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Cleanup, withCleanup } from '../../base/cleanup.ts'
import { TscomposeError } from '../../base/errors.ts'
import { openDirectory } from '../../sys/files.ts'
import { mount, mountFlags, umount } from '../../sys/mount.ts'
import { pidfdOpen, processStartTime } from '../../sys/pidfd.ts'
import type { ContainerSpec } from '../api.ts'
import type { ContainerNetwork, NetworkSetup, Rootfs } from '../parts.ts'
import { launchExitCode } from '../runtime/launch-error.ts'
import type { Launched } from '../runtime/monitor.ts'
import { buildBundle } from './bundle/bundle.ts'
import { bundleInput, containerHostname } from './bundle-input.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import type { Entry, Run } from './entry.ts'
import { extraHostLines, renderHostResolvConf, renderHosts } from './hosts.ts'
import { type ContainerPlaces, containerPlaces, exitDirectory } from './places.ts'
import { isRunning, type ProcessId } from './record.ts'
import { resolveUser } from './user.ts'

/** What a start needs of the rest of the lifecycle. */
export interface StartHooks {
  /** The run is known before its process goes: an end that comes at once finds it. */
  readonly onRun: (entry: Entry, run: Run, launched: Launched) => void
  readonly onStarted: (entry: Entry) => void
  /** Container that keeps the published ports until they are taken from it. */
  readonly portsFrom?: string | undefined
}

/**
 * Starts a created or ended container: rootfs, network, bundle, process, record, event. What fails is undone, and the
 * record keeps the error with a shell's exit code.
 */
export async function startContainer(deps: ContainerDeps, entry: Entry, hooks: StartHooks): Promise<void> {
  try {
    await withCleanup((cleanup) => startWithin(deps, { entry, cleanup, hooks }))
  } catch (error) {
    entry.run = undefined
    const { state } = entry.record
    deps.store.setState(entry, {
      status: state.startedAt === 0 ? 'created' : 'exited',
      exitCode: launchExitCode(error),
      error: error instanceof Error ? error.message : String(error),
    })
    throw error
  }
}

async function startWithin(
  deps: ContainerDeps,
  { entry, cleanup, hooks }: { readonly entry: Entry; readonly cleanup: Cleanup; readonly hooks: StartHooks },
): Promise<void> {
  const { record } = entry
  const { id, spec } = record
  const places = containerPlaces(deps.paths, id)
  checkJoined(deps, spec)
  mkdirSync(places.bundle, { recursive: true, mode: 0o711 })
  cleanup.push(() => rmSync(places.bundle, { recursive: true, force: true }))
  // Both are pushed before they are begun: a half-made network is taken down as well.
  cleanup.push(() => releaseRunResources(deps, entry))
  const [rootfs, setup] = await both(mountRootfs(deps, entry), setupNetwork(deps, entry, { places, portsFrom: hooks.portsFrom }))
  const files = writeNetworkFiles(deps, entry, { places, setup })
  if (spec.ipc === 'shareable') mountShm(places, spec)
  const rootFd = openDirectory(rootfs.merged)
  const user = within(rootFd, () => resolveUser(rootFd, spec.user ?? record.imageConfig.User ?? '', spec.groupAdd))
  const { config } = buildBundle({ ...(await bundleInput(deps, record)), user, rootfs: rootfs.merged, files })
  writeFileSync(`${places.bundle}/config.json`, JSON.stringify(deps.filter.add(config)), { mode: 0o600 })
  const roots = [`${deps.paths.dataRoot}/`, `${deps.paths.runRoot}/`]
  const exitFile = `${exitDirectory(deps.paths)}/${id}`
  rmSync(exitFile, { force: true })
  // Also for a container the runtime left half made.
  cleanup.push(() => deps.runtime.destroy(id))
  const launched = await deps.runtime.launch({
    id,
    name: record.name,
    image: spec.image,
    bundle: places.bundle,
    logPath: places.logPath,
    exitDir: exitDirectory(deps.paths),
    tty: spec.tty === true,
    openStdin: spec.openStdin === true,
    stdinOnce: spec.stdinOnce === true,
    ownMountsOnly: config.mounts.every(({ source, options }) => !options.some(isBind) || roots.some((root) => source.startsWith(root))),
  })
  const { run, markStarted } = createRun(launched.pid)
  entry.run = run
  hooks.onRun(entry, run, launched)
  const process = processId(launched.pid)
  const monitor = processId(launched.monitorPid)
  deps.store.setState(entry, {
    status: 'running',
    ...(process === undefined ? {} : { process }),
    ...(monitor === undefined ? {} : { monitor }),
    exitCode: 0,
    oomKilled: false,
    error: '',
    startedAt: deps.clock.now(),
    ports: setup?.ports ?? [],
    endpoints: setup?.endpoints ?? [],
  })
  await letAttach(entry)
  await deps.runtime.start(id)
  emitContainer(deps, entry.record, 'start')
  hooks.onStarted(entry)
  markStarted()
}

function isBind(option: string): boolean {
  return option === 'bind' || option === 'rbind'
}

/** Callers that asked for it are connected before the first instruction. */
async function letAttach(entry: Entry): Promise<void> {
  const waiting = entry.attachWaiting
  if (waiting === undefined) return
  entry.attachWaiting = undefined
  waiting.launched.resolve()
  await Promise.race([waiting.promise, new Promise((resolve) => setTimeout(resolve, 1000))])
}

/** Waits for both, so that a failure of one finds the other at rest. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b])
  return [await a, await b]
}

function within<T>(fd: number, job: () => T): T {
  try {
    return job()
  } finally {
    closeSync(fd)
  }
}

/** A pidfd is taken at once, while the number surely is this process's: the monitor has not let go of it yet. */
export function createRun(pid: number): { readonly run: Run; readonly markStarted: () => void } {
  const started = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  let pidfd = -1
  try {
    pidfd = pidfdOpen(pid)
  } catch {
    // It is over already; its exit file will say so.
  }
  const run: Run = {
    pid,
    get pidfd() {
      return pidfd
    },
    started: started.promise,
    done: done.promise,
    ending: false,
    finish: () => {
      if (pidfd >= 0) closeSync(pidfd)
      pidfd = -1
      done.resolve()
    },
  }
  return { run, markStarted: () => started.resolve() }
}

function processId(pid: number): ProcessId | undefined {
  const startTime = processStartTime(pid)
  return startTime === undefined ? undefined : { pid, startTime }
}

/** Unmounts and takes the network down. Every part succeeds for what is already gone. */
export async function releaseRunResources(deps: ContainerDeps, { record }: Entry): Promise<void> {
  const places = containerPlaces(deps.paths, record.id)
  const results = await Promise.allSettled([
    ownsNetwork(record.spec) ? deps.network.teardown(record.id) : undefined,
    deps.snapshots.unmount(record.id),
    ...record.imageKeys.map((key) => deps.snapshots.unmount(key)),
  ])
  if (record.spec.ipc === 'shareable') umount(places.shm, { detach: true })
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  if (failures.length > 0) throw new AggregateError(failures, `clean-up of container ${record.name} failed`)
}

export function ownsNetwork({ network }: ContainerSpec): boolean {
  return network.kind === 'networks' || network.kind === 'none'
}

/** Namespaces of another container can only be joined while it runs. */
function checkJoined(deps: ContainerDeps, spec: ContainerSpec): void {
  const modes = [spec.pid, spec.ipc, spec.network.kind === 'container' ? `container:${spec.network.container}` : undefined]
  for (const mode of modes) {
    if (mode?.startsWith('container:') !== true) continue
    const { record } = deps.store.get(mode.slice('container:'.length))
    if (isRunning(record.state)) continue
    throw new TscomposeError(
      'conflict',
      'JOINED_CONTAINER_NOT_RUNNING',
      `${spec.name} shares a namespace of ${record.name}, which is not running`,
      {
        hint: `start ${record.name} first`,
      },
    )
  }
}

async function mountRootfs(deps: ContainerDeps, { record }: Entry): Promise<Rootfs> {
  const [rootfs] = await Promise.all([
    deps.snapshots.mount(record.id),
    ...record.imageKeys.map((key) => deps.snapshots.mount(key)),
    ...record.volumes.map((name) => deps.volumes.acquire(name, record.id)),
  ])
  return rootfs
}

async function setupNetwork(
  deps: ContainerDeps,
  { record }: Entry,
  { places, portsFrom }: { readonly places: ContainerPlaces; readonly portsFrom: string | undefined },
): Promise<NetworkSetup | undefined> {
  const { id, name, spec } = record
  if (!ownsNetwork(spec)) return undefined
  const request: ContainerNetwork = {
    containerId: id,
    containerName: name,
    hostname: containerHostname(deps, id, spec),
    netnsPath: places.netns,
    endpoints: spec.network.kind === 'networks' ? spec.network.endpoints : [],
    ports: spec.network.kind === 'networks' ? (spec.ports ?? []) : [],
    ...(portsFrom === undefined ? {} : { portsFrom }),
    ...(spec.links === undefined ? {} : { links: spec.links }),
    ...(spec.sysctls === undefined ? {} : { sysctls: spec.sysctls }),
    ...(spec.dns === undefined ? {} : { dns: spec.dns }),
    ...(spec.dnsSearch === undefined ? {} : { dnsSearch: spec.dnsSearch }),
    ...(spec.dnsOptions === undefined ? {} : { dnsOptions: spec.dnsOptions }),
  }
  return deps.network.setup(request)
}

type FileMounts = readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[]

/** hostname, hosts and resolv.conf of this run; a container in another's network uses that one's files. */
function writeNetworkFiles(
  deps: ContainerDeps,
  { record }: Entry,
  { places, setup }: { readonly places: ContainerPlaces; readonly setup: NetworkSetup | undefined },
): FileMounts {
  const { id, spec } = record
  const injected = (spec.files ?? []).map((file, index) => ({ source: `${places.injected}/${index}`, target: file.target, readOnly: true }))
  const names = ['hostname', 'hosts', 'resolv.conf']
  const mounted = (bundle: string): FileMounts =>
    names.map((name) => ({ source: `${bundle}/${name}`, target: `/etc/${name}`, readOnly: false }))
  if (spec.network.kind === 'container') {
    const other = deps.store.get(spec.network.container).record.id
    return [...mounted(containerPlaces(deps.paths, other).bundle), ...injected]
  }
  const texts = setup === undefined ? hostNetworkFiles(spec) : ownNetworkFiles(spec, setup)
  writeFileSync(`${places.bundle}/hostname`, `${containerHostname(deps, id, spec)}\n`, { mode: 0o644 })
  writeFileSync(`${places.bundle}/hosts`, texts.hosts, { mode: 0o644 })
  writeFileSync(`${places.bundle}/resolv.conf`, texts.resolvConf, { mode: 0o644 })
  return [...mounted(places.bundle), ...injected]
}

function ownNetworkFiles(spec: ContainerSpec, setup: NetworkSetup): { readonly hosts: string; readonly resolvConf: string } {
  return { hosts: renderHosts(setup, spec), resolvConf: setup.resolvConf }
}

function hostNetworkFiles(spec: ContainerSpec): { readonly hosts: string; readonly resolvConf: string } {
  const extra = extraHostLines(spec.extraHosts ?? [], '127.0.0.1').map((line) => `${line}\n`)
  return {
    hosts: readHostFile('/etc/hosts') + extra.join(''),
    resolvConf: renderHostResolvConf(readHostFile('/etc/resolv.conf'), spec),
  }
}

function readHostFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function mountShm(places: ContainerPlaces, spec: ContainerSpec): void {
  mkdirSync(places.shm, { recursive: true })
  const { nosuid, nodev, noexec } = mountFlags
  const data = `mode=1777,size=${spec.shmSize ?? 64 * 1024 * 1024}`
  mount({ source: 'shm', target: places.shm, type: 'tmpfs', flags: nosuid | nodev | noexec, data })
}
