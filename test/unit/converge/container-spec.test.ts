import { describe, expect, it } from 'vitest'
import { replicaSpec, serviceSpec } from '../../../src/converge/container-spec.ts'
import type { ContainerSpec } from '../../../src/engine/api.ts'
import { desired, project } from './world.ts'

function specOf(service: string, rest = ''): ContainerSpec {
  const loaded = project(`services:\n  web:\n    image: nginx\n${service.replace(/^/gm, '    ')}\n${rest}`)
  const web = loaded.services.web
  if (web === undefined) throw new Error('no service')
  return replicaSpec(loaded, web, serviceSpec(loaded, web, new Map()), 1)
}

describe('the container of a service', () => {
  it('has the name and the network of its project, and answers to its service', () => {
    const spec = specOf('command: ["run"]')
    expect(spec.name).toBe('demo-web-1')
    expect(spec.network).toEqual({ kind: 'networks', endpoints: [{ network: 'demo_default', aliases: ['web'] }] })
    expect(spec.command).toEqual(['run'])
  })

  it('takes limits from deploy', () => {
    const spec = specOf('deploy: { resources: { limits: { cpus: "0.5", memory: 64M, pids: 10 }, reservations: { memory: 32M } } }')
    expect(spec.resources).toEqual({ cpus: 0.5, memory: 64 * 1024 * 1024, pidsLimit: 10, memoryReservation: 32 * 1024 * 1024 })
  })

  it.each([
    ['restart: unless-stopped', { name: 'unless-stopped' }],
    ['restart: on-failure:3', { name: 'on-failure', maximumRetries: 3 }],
    ['deploy: { restart_policy: { condition: any } }', { name: 'always' }],
    ['deploy: { restart_policy: { condition: on-failure, max_attempts: 2 } }', { name: 'on-failure', maximumRetries: 2 }],
  ])('reads %s', (text, expected) => {
    expect(specOf(text).restart).toEqual(expected)
  })

  it('gives health checks to the engine in nanoseconds', () => {
    expect(specOf('healthcheck: { test: "curl x", interval: 5s, start_interval: 100ms }').healthcheck).toEqual({
      Test: ['CMD-SHELL', 'curl x'],
      Interval: 5e9,
      StartInterval: 1e8,
    })
    expect(specOf('healthcheck: { disable: true }').healthcheck).toEqual({ Test: ['NONE'] })
  })

  it('turns volumes into mounts by their names in the engine', () => {
    const spec = specOf('volumes: ["data:/data:ro", "./src:/src", "/anon"]\ntmpfs: ["/run:size=1m"]', 'volumes: { data: {} }')
    expect(spec.mounts).toEqual([
      { type: 'volume', target: '/data', readOnly: true, source: 'demo_data' },
      expect.objectContaining({ type: 'bind', source: '/demo/src', target: '/src', createHostPath: true }),
      { type: 'volume', target: '/anon' },
      { type: 'tmpfs', target: '/run', options: ['size=1m'] },
    ])
  })

  it('shares the namespaces of another service by its container', () => {
    const spec = specOf('network_mode: "service:db"\npid: "service:db"\nipc: host', '  db: { image: db }')
    expect(spec.network).toEqual({ kind: 'container', container: 'demo-db-1' })
    expect(spec.pid).toBe('container:demo-db-1')
    expect(spec.ipc).toBe('host')
  })

  it('injects secrets and configs with their owner and mode', () => {
    const rest = 'secrets: { key: { environment: COMPOSE_PROJECT_NAME } }\nconfigs: { site: { content: "a b" } }'
    const spec = specOf('secrets: [key]\nconfigs: [{ source: site, target: /etc/site, uid: "33", gid: "34", mode: 0440 }]', rest)
    expect(spec.files).toEqual([
      { target: '/etc/site', contentBase64: Buffer.from('a b').toString('base64'), uid: 33, gid: 34, mode: 0o440 },
      { target: '/run/secrets/key', contentBase64: Buffer.from('demo').toString('base64'), mode: 0o444 },
    ])
  })

  it('says which variable of a secret is missing', () => {
    expect(() => desired('services: { web: { image: x, secrets: [key] } }\nsecrets: { key: { environment: NOPE } }')).toThrow(
      'secret key: the environment variable NOPE is not set',
    )
  })

  it('says which file of a secret is missing', () => {
    expect(() => desired('services: { web: { image: x, secrets: [key] } }\nsecrets: { key: { file: ./nope } }')).toThrow(
      'secret key: no such file /demo/nope',
    )
  })

  it('keeps ranges of ports for the engine to choose from', () => {
    expect(specOf('ports: ["8000-8010:80", "127.0.0.1:53:53/udp", "9"]').ports).toEqual([
      { containerPort: 80, protocol: 'tcp', hostPort: '8000-8010' },
      { containerPort: 53, protocol: 'udp', hostIp: '127.0.0.1', hostPort: '53' },
      { containerPort: 9, protocol: 'tcp' },
    ])
  })
})

it('tells of attributes that are read and have no effect', () => {
  const of = (more: string): readonly string[] => desired(`services: { web: { image: nginx, ${more} } }`).warnings
  expect(of('logging: { driver: syslog }')).toEqual(['services.web.logging.driver "syslog" has no effect on this engine'])
  for (const driver of ['json-file', 'local', 'none']) expect(of(`logging: { driver: ${driver} }`)).toEqual([])
  expect(of('gpus: all')).toEqual(['services.web.gpus has no effect on this engine'])
})
