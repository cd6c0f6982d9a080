import type { Service } from '../../project/model.ts'

const ignoredAttributes = ['gpus', 'credential_spec', 'use_api_socket', 'models', 'isolation', 'cpu_count', 'cpu_percent'] as const

/** Logs of all others stay here too, where `logs` finds them. */
const localDrivers: readonly string[] = ['json-file', 'local', 'none']

/** Attributes that are read and have no effect on this engine, one sentence each. */
export function serviceWarnings(service: Service): readonly string[] {
  const ignored = ignoredAttributes.filter((name) => service[name] !== undefined).map((name) => `services.${service.name}.${name}`)
  const { provenance = 'false', sbom = 'false' } = service.build ?? {}
  if (provenance !== 'false') ignored.push(`services.${service.name}.build.provenance`)
  if (sbom !== 'false') ignored.push(`services.${service.name}.build.sbom`)
  if (service.build?.isolation !== undefined) ignored.push(`services.${service.name}.build.isolation`)
  const driver = service.logging?.driver
  if (driver !== undefined && !localDrivers.includes(driver))
    ignored.push(`services.${service.name}.logging.driver ${JSON.stringify(driver)}`)
  const devices = service.deploy?.resources?.reservations?.devices
  if (devices !== undefined && devices.length > 0) ignored.push(`services.${service.name}.deploy.resources.reservations.devices`)
  return ignored.map((path) => `${path} has no effect on this engine`)
}
