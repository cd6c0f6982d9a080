import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { withCleanup } from '../../base/cleanup.ts'
import { TscomposeError } from '../../base/errors.ts'
import type { CallContext, ContainerSpec } from '../api.ts'
import { buildBundle } from './bundle/bundle.ts'
import { effectiveCommand } from './bundle/process.ts'
import { bundleInput } from './bundle-input.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import { effectiveHealthcheck } from './health/config.ts'
import { type ContainerPlaces, cgroupPath, containerPlaces } from './places.ts'
import { type ContainerRecord, freshState } from './record.ts'
import { resolveMounts } from './resolve-mounts.ts'
import { signalNumber } from './stop.ts'

const nobody = { uid: 0, gid: 0, additionalGids: [], home: '/' }

/** Makes a container, or nothing at all. */
export function createContainer(
  deps: ContainerDeps,
  spec: ContainerSpec,
  context: CallContext = {},
): Promise<{ readonly id: string; readonly warnings: readonly string[] }> {
  checkName(spec.name)
  const id = randomBytes(32).toString('hex')
  return withCleanup(async (cleanup) => {
    cleanup.push(deps.store.reserveName(spec.name, id))
    const image = await deps.images.resolve(spec.image)
    const config = image.config.config ?? {}
    const places = containerPlaces(deps.paths, id)
    const draft = { id, spec, imageConfig: config, resolvedMounts: [] as ContainerRecord['resolvedMounts'] }
    const command = effectiveCommand(spec, config)
    effectiveHealthcheck(config.Healthcheck, spec.healthcheck)
    // Or it could be started, and never stopped.
    if (spec.stopSignal !== undefined && spec.stopSignal !== '') signalNumber(spec.stopSignal)
    // Built once for its errors and warnings, before anything is made.
    const { warnings } = buildBundle({ ...(await bundleInput(deps, draft)), user: nobody, rootfs: '', files: [] })
    const rootfs = await deps.snapshots.prepare(id, image.chainId)
    cleanup.push(() => deps.snapshots.remove(id))
    mkdirSync(places.home, { recursive: true, mode: 0o710 })
    cleanup.push(() => rmSync(places.home, { recursive: true, force: true }))
    const mounts = await resolveMounts(deps, { id, spec, image: config, cleanup })
    if (mounts.populate.length > 0) await populateVolumes(deps, id, mounts.populate)
    writeInjectedFiles(places, spec)
    context.signal?.throwIfAborted()
    const record: ContainerRecord = {
      version: 1,
      id,
      name: spec.name,
      createdAt: deps.clock.now(),
      spec,
      imageId: image.id,
      imageConfig: config,
      chainId: image.chainId,
      command,
      rootfs,
      mounts: mounts.mounts,
      resolvedMounts: mounts.resolved,
      volumes: mounts.volumes,
      anonymousVolumes: mounts.anonymousVolumes,
      imageKeys: mounts.imageKeys,
      cgroup: cgroupPath(id, spec.resources?.cgroupParent),
      state: freshState,
    }
    deps.store.add(record)
    if (mounts.anonymousVolumes.length > 0) rmSync(places.unfinishedVolumes, { force: true })
    emitContainer(deps, record, 'create')
    return { id, warnings }
  })
}

/** What the image has at a volume's place goes into the volume, once, while it is empty. */
async function populateVolumes(
  deps: ContainerDeps,
  id: string,
  list: readonly { readonly target: string; readonly mountpoint: string }[],
): Promise<void> {
  const { merged } = await deps.snapshots.mount(id)
  try {
    for (const { target, mountpoint } of list) await deps.populateVolume({ rootfsMergedPath: merged, target, mountpoint })
  } finally {
    await deps.snapshots.unmount(id)
  }
}

function writeInjectedFiles(places: ContainerPlaces, spec: ContainerSpec): void {
  const files = spec.files ?? []
  if (files.length === 0) return
  mkdirSync(places.injected, { mode: 0o711 })
  files.forEach((file, index) => {
    const path = `${places.injected}/${index}`
    writeFileSync(path, Buffer.from(file.contentBase64, 'base64'), { mode: file.mode ?? 0o444, flag: 'wx' })
    chownSync(path, file.uid ?? 0, file.gid ?? 0)
  })
}

function checkName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return
  throw new TscomposeError('invalid', 'INVALID_NAME', `not a container name: ${JSON.stringify(name)}`, {
    hint: 'use letters, digits, _ . and -, beginning with a letter or digit',
  })
}
