import { TscomposeError } from '../base/errors.ts'
import { findRunning, type Scope } from './scope.ts'

export interface PortOptions {
  readonly service: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly index?: number
}

/** Where a container port is published: `0.0.0.0:8080`. Rejects PORT_NOT_PUBLISHED. */
export async function port(scope: Scope, { service, port: wanted, protocol, index }: PortOptions): Promise<string> {
  const container = await findRunning(scope, service, index)
  const published = container.ports.filter(({ hostPort }) => hostPort > 0)
  const found = published.find((bound) => bound.containerPort === wanted && bound.protocol === protocol)
  if (found !== undefined) return `${found.hostIp.includes(':') ? `[${found.hostIp}]` : found.hostIp || '0.0.0.0'}:${found.hostPort}`
  const others = [...new Set(published.map((bound) => `${bound.containerPort}/${bound.protocol}`))].join(', ')
  throw new TscomposeError('not-found', 'PORT_NOT_PUBLISHED', `no port ${wanted}/${protocol} for container ${container.name}`, {
    hint: others === '' ? 'it publishes no port' : `it publishes ${others}`,
  })
}
