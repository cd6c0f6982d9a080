import type { MountSpec } from '../../engine/api.ts'
import type { Project, Service, ServiceVolume } from '../../project/model.ts'
import { compact } from './compact.ts'
import { unsupported } from './unsupported.ts'

/** Volumes, binds and tmpfs of a service. Named volumes appear by their name in the engine. */
export function mountsOf(project: Project, service: Service): readonly MountSpec[] {
  return [...(service.volumes ?? []).map((volume) => mountOf(project, service, volume)), ...(service.tmpfs ?? []).map(tmpfsMount)]
}

function mountOf(project: Project, service: Service, volume: ServiceVolume): MountSpec {
  const common = { target: volume.target, ...(volume.read_only === true ? { readOnly: true } : {}) }
  switch (volume.type) {
    case 'volume':
      return compact({
        type: 'volume' as const,
        ...common,
        source: volume.source === undefined ? undefined : (project.volumes[volume.source]?.name ?? volume.source),
        noCopy: volume.volume?.nocopy === true ? true : undefined,
        subpath: volume.volume?.subpath,
        labels: volume.volume?.labels,
      })
    case 'bind':
      return compact({
        type: 'bind' as const,
        ...common,
        source: volume.source ?? '',
        propagation: volume.bind?.propagation,
        createHostPath: volume.bind?.create_host_path,
        recursive: recursiveOf(volume.bind?.recursive),
      })
    case 'tmpfs':
      return compact({ type: 'tmpfs' as const, ...common, size: volume.tmpfs?.size, mode: volume.tmpfs?.mode })
    case 'image':
      return compact({ type: 'image' as const, target: volume.target, source: volume.source ?? '', subpath: volume.image?.subpath })
    case 'npipe':
    case 'cluster':
      throw unsupported(`services.${service.name}.volumes: mounts of type ${volume.type} do not exist on this engine`)
  }
}

function recursiveOf(text: string | undefined): 'enabled' | 'disabled' | 'writable' | 'readonly' | undefined {
  return text === 'enabled' || text === 'disabled' || text === 'writable' || text === 'readonly' ? text : undefined
}

/** `/run:size=64m,mode=1770`. */
function tmpfsMount(text: string): MountSpec {
  const colon = text.indexOf(':')
  if (colon < 0) return { type: 'tmpfs', target: text }
  return { type: 'tmpfs', target: text.slice(0, colon), options: text.slice(colon + 1).split(',') }
}
