import type { Project, Service } from '../project/model.ts'

/** `<project>-<service>-<number>`, or what the service asks for. */
export function containerName(project: Project, service: Service, number: number): string {
  return service.container_name ?? `${project.name}-${service.name}-${number}`
}

/** The image a service runs: as written, or the name its build gets. */
export function imageReference(project: Project, service: Service): string {
  return service.image !== undefined && service.image !== '' ? service.image : `${project.name}-${service.name}`
}

/** The name a replacement has until the container it replaces is gone. */
export function replacementName(id: string, name: string): string {
  return `${id.slice(0, 12)}_${name}`
}

/** How many containers a service has. */
export function replicaCount(service: Service): number {
  return service.scale ?? service.deploy?.replicas ?? 1
}
