import type { Service } from '../../project/model.ts'

const ignoredAttributes = ['gpus', 'credential_spec', 'use_api_socket', 'models', 'isolation', 'cpu_count', 'cpu_percent'] as const

/** Attributes that are read and have no effect on this engine, one sentence each. */
export function serviceWarnings(service: Service): readonly string[] {
  const ignored = ignoredAttributes.filter((name) => service[name] !== undefined).map((name) => `services.${service.name}.${name}`)
  const devices = service.deploy?.resources?.reservations?.devices
  if (devices !== undefined && devices.length > 0) ignored.push(`services.${service.name}.deploy.resources.reservations.devices`)
  return ignored.map((path) => `${path} has no effect on this engine`)
}
