import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../src/base/hash.ts'
import { label } from '../../../src/converge/labels.ts'
import { reconcileImages, reconcileUp } from '../../../src/converge/reconcile/up.ts'
import { container, defaultRules, desired, image, nothing, onlyImages, planOf, settled, warningsOf, withContainer } from './world.ts'

const pair = `
services:
  web: { image: nginx, depends_on: [db] }
  db: { image: mariadb, volumes: ["data:/var/lib/mysql"] }
volumes: { data: {} }
`

describe('creating', () => {
  it('makes networks, volumes and containers in an order that lets independent things go side by side', () => {
    expect(planOf(pair, onlyImages('nginx', 'mariadb'))).toEqual([
      '#1 network.create demo_default: it does not exist',
      '#2 volume.create demo_data: it does not exist',
      '#3 container.create demo-db-1: service db has 0 of 1 container (after #1 #2)',
      '#4 container.start demo-db-1: service db has 0 of 1 container (after #3)',
      '#5 container.create demo-web-1: service web has 0 of 1 container (after #1)',
      '#6 container.start demo-web-1: service web has 0 of 1 container (after #4 #5)',
    ])
  })

  it('plans nothing when everything is as it should be', () => {
    expect(planOf(pair, settled(pair))).toEqual(['   container demo-db-1: running', '   container demo-web-1: running'])
  })

  it('pulls an image once for all services that run it, and makes only those wait', () => {
    const yaml = 'services: { a: { image: x }, b: { image: x }, c: { image: y } }'
    expect(planOf(yaml, { ...onlyImages('y'), networks: settled(yaml).networks, images: { x: null, y: image('y') } })).toEqual([
      '#1 image.pull x: it is not here',
      '#2 container.create demo-a-1: service a has 0 of 1 container (after #1)',
      '#3 container.start demo-a-1: service a has 0 of 1 container (after #2)',
      '#4 container.create demo-b-1: service b has 0 of 1 container (after #1)',
      '#5 container.start demo-b-1: service b has 0 of 1 container (after #4)',
      '#6 container.create demo-c-1: service c has 0 of 1 container',
      '#7 container.start demo-c-1: service c has 0 of 1 container (after #6)',
    ])
  })

  it('only creates when nothing is to be started', () => {
    expect(planOf(pair, { ...settled(pair), containers: [] }, { start: false })).toEqual([
      '#1 container.create demo-db-1: service db has 0 of 1 container',
      '#2 container.create demo-web-1: service web has 0 of 1 container',
    ])
  })
})

describe('conditions', () => {
  const yaml = `
services:
  web:
    image: nginx
    depends_on:
      db: { condition: service_healthy }
      init: { condition: service_completed_successfully }
      extra: { condition: service_healthy, required: false }
  db: { image: db, healthcheck: { test: "true" } }
  init: { image: init }
  extra: { image: extra, healthcheck: { test: "true" } }
`

  it('waits for each dependency by its own condition', () => {
    const plan = planOf(yaml, { ...settled(yaml), containers: [] })
    expect(plan.filter((line) => /await|web/.test(line))).toEqual([
      '#7 container.await demo-db-1 healthy: web depends on db (service_healthy) (after #2)',
      '#8 container.await demo-extra-1 healthy: web depends on extra (service_healthy) (after #4)',
      '#9 container.await demo-init-1 completed: web depends on init (service_completed_successfully) (after #6)',
      '#10 container.create demo-web-1: service web has 0 of 1 container',
      '#11 container.start demo-web-1: service web has 0 of 1 container (after #7 #8 #9 #10)',
    ])
  })

  it('lets a failed optional dependency pass as a warning', () => {
    const plan = reconcileUp(desired(yaml), { ...settled(yaml), containers: [] }, defaultRules)
    const waits = plan.nodes.filter(({ op }) => op.kind === 'container.await').map(({ target, onFailure }) => [target.name, onFailure])
    expect(Object.fromEntries(waits)).toEqual({ 'demo-db-1': undefined, 'demo-extra-1': 'warn', 'demo-init-1': undefined })
  })

  it('does not wait for what is healthy already', () => {
    const healthy = withContainer(settled(yaml), 'demo-db-1', (found) => ({ ...found, state: { ...found.state, health: 'healthy' } }))
    const plan = planOf(
      yaml,
      withContainer(healthy, 'demo-web-1', () => undefined),
    )
    expect(plan.filter((line) => line.includes('demo-db-1'))).toEqual(['   container demo-db-1: running'])
  })

  it('prints a dependency cycle', () => {
    expect(() => desired('services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }')).toThrow(/cycle/i)
  })

  it('waits for every service when asked to', () => {
    expect(planOf(pair, settled(pair), { wait: true }).slice(0, 2)).toEqual([
      '#1 container.await demo-db-1 running-or-healthy: asked for by --wait',
      '#2 container.await demo-web-1 running-or-healthy: asked for by --wait',
    ])
  })
})

describe('starting what is there', () => {
  it.each([
    ['exited', 'it exited with code 3', 'container.start'],
    ['created', 'it is created', 'container.start'],
    ['paused', 'it is paused', 'container.unpause'],
  ] as const)('brings back a container that is %s', (status, cause, operation) => {
    const yaml = 'services: { web: { image: nginx } }'
    const observed = withContainer(settled(yaml), 'demo-web-1', (found) => ({ ...found, state: { ...found.state, status, exitCode: 3 } }))
    expect(planOf(yaml, observed)).toEqual([`#1 ${operation} demo-web-1: ${cause}`])
  })
})

describe('recreating', () => {
  const before = 'services: { web: { image: nginx, environment: { DEBUG: "0", DB_PASSWORD: a }, ports: ["80:80"] } }'
  const after = 'services: { web: { image: nginx, environment: { DEBUG: "1", DB_PASSWORD: b }, ports: ["81:80"] } }'
  const id = sha256('demo-web-1').slice(0, 12)

  it('replaces a changed container and says which fields changed, without showing secrets', () => {
    const cause = 'environment.DB_PASSWORD changed, environment.DEBUG "0" -> "1", ports -"80:80/tcp" +"81:80/tcp"'
    expect(planOf(after, settled(before))).toEqual([
      `#1 container.create demo-web-1: ${cause}`,
      '#2 container.stop demo-web-1: it is replaced (after #1)',
      '#3 container.remove demo-web-1: it is replaced (after #1 #2)',
      '#4 container.rename demo-web-1 to demo-web-1: the name is free now (after #1 #3)',
      `#5 container.start demo-web-1: ${cause} (after #4)`,
    ])
  })

  it('gives the replacement a name of its own until the old one is gone', () => {
    const plan = reconcileUp(desired(after), settled(before), defaultRules)
    const create = plan.nodes[0]?.op
    expect(create?.kind === 'container.create' && create.spec.name).toBe(`${id}_demo-web-1`)
    expect(create?.kind === 'container.create' && create.spec.labels[label.replace]).toBe('web-1')
  })

  it.each([
    ['depends_on', 'services: { web: { image: nginx, depends_on: [db] }, db: { image: db } }'],
    ['scale', 'services: { web: { image: nginx, scale: 1 }, db: { image: db } }'],
    ['profiles', 'services: { web: { image: nginx }, db: { image: db, profiles: [] } }'],
    ['pull_policy', 'services: { web: { image: nginx, pull_policy: missing }, db: { image: db } }'],
  ])('does not recreate when only %s changes', (_attribute, yaml) => {
    const observed = settled('services: { web: { image: nginx }, db: { image: db } }')
    expect(planOf(yaml, observed).filter((line) => line.startsWith('#'))).toEqual([])
  })

  it('recreates when the image behind the name is another one', () => {
    const yaml = 'services: { web: { image: nginx } }'
    const observed = { ...settled(yaml), images: { nginx: image('nginx', 'sha256:0123456789abcdef') } }
    expect(planOf(yaml, observed)[0]).toBe('#1 container.create demo-web-1: image nginx nginx -> 0123456789ab')
  })

  it('recreates when the content of a config changes', () => {
    const yaml = 'services: { web: { image: nginx, configs: [site] } }\nconfigs: { site: { file: ./site.conf } }'
    const content = (text: string) =>
      new Map([['/demo/site.conf', { kind: 'content' as const, base64: Buffer.from(text).toString('base64') }]])
    const line = planOf(yaml, settled(yaml, content('old')), {}, content('new'))[0]
    expect(line).toMatch(/^#1 container.create demo-web-1: files\.\/site\.content "[0-9a-f]{12}" -> "[0-9a-f]{12}"$/)
    expect(planOf(yaml, settled(yaml, content('old')), {}, content('old'))).toEqual(['   container demo-web-1: running'])
  })

  it('recreates a running container that lost a named volume', () => {
    const yaml = 'services: { web: { image: nginx, volumes: ["data:/data"] } }\nvolumes: { data: {} }'
    const observed = withContainer(settled(yaml), 'demo-web-1', (found) => ({ ...found, mounts: [] }))
    expect(planOf(yaml, observed)[0]).toBe('#1 container.create demo-web-1: volume demo_data is not mounted')
    const stopped = withContainer(observed, 'demo-web-1', (found) => ({ ...found, state: { ...found.state, status: 'exited' } }))
    expect(planOf(yaml, stopped)).toEqual(['#1 container.start demo-web-1: it exited with code 0'])
  })

  it('recreates a running container that lost a network', () => {
    const yaml = 'services: { web: { image: nginx } }'
    const observed = withContainer(settled(yaml), 'demo-web-1', (found) => ({ ...found, networks: [] }))
    expect(planOf(yaml, observed)[0]).toBe('#1 container.create demo-web-1: it is not connected to network demo_default')
  })

  it('keeps anonymous volumes, and renews them when asked to', () => {
    const yaml = (env: string) => `services: { web: { image: nginx, volumes: [/cache], environment: { A: "${env}" } } }`
    const mountsOf = (renew: boolean): unknown => {
      const op = reconcileUp(desired(yaml('2')), settled(yaml('1')), { ...defaultRules, renewAnonymousVolumes: renew }).nodes[0]?.op
      return op?.kind === 'container.create' ? op.spec.mounts : undefined
    }
    expect(mountsOf(false)).toEqual([{ type: 'volume', target: '/cache', source: 'f'.repeat(64) }])
    expect(mountsOf(true)).toEqual([{ type: 'volume', target: '/cache' }])
  })

  it('keeps the volumes an image declares', () => {
    const observed = withContainer(settled(before), 'demo-web-1', (found) => ({
      ...found,
      mounts: [{ type: 'volume', name: 'e'.repeat(64), source: '/v', target: '/data', readOnly: false, anonymous: true }],
    }))
    const op = reconcileUp(desired(after), observed, defaultRules).nodes[0]?.op
    expect(op?.kind === 'container.create' && op.spec.mounts).toEqual([{ type: 'volume', source: 'e'.repeat(64), target: '/data' }])
  })

  it('obeys --force-recreate for named services only, and --no-recreate', () => {
    const forced = planOf(pair, settled(pair), { recreate: 'force', services: ['web'] })
    expect(forced[0]).toBe('#1 container.create demo-web-1: asked for by --force-recreate')
    expect(forced.at(-1)).toBe('   container demo-db-1: running')
    expect(planOf(after, settled(before), { recreate: 'never' })).toEqual(['   container demo-web-1: running'])
  })

  it('recreates dependencies when asked to', () => {
    const plan = planOf(pair, settled(pair), { services: ['web'], recreateDependencies: 'force' })
    expect(plan[0]).toBe('#1 container.create demo-db-1: asked for by --always-recreate-deps')
  })

  it('recreates what shares a network namespace with a recreated container', () => {
    const yaml = (env: string) =>
      `services: { vpn: { image: vpn, environment: { A: "${env}" } }, app: { image: app, network_mode: "service:vpn" } }`
    const plan = planOf(yaml('2'), settled(yaml('1')))
    expect(plan.find((line) => line.includes('container.create demo-app-1'))).toMatch(/it shares network_mode with vpn, which is recreated/)
  })

  it('stops dependents with restart: true before and starts them after', () => {
    const yaml = (env: string) =>
      `services: { db: { image: db, environment: { A: "${env}" } }, web: { image: web, depends_on: { db: { condition: service_started, restart: true } } } }`
    expect(planOf(yaml('2'), settled(yaml('1'))).map((line) => line.replace(/:.*\(/, ' ('))).toEqual([
      '#1 container.stop demo-web-1: it depends on db with restart: true, which is recreated',
      '#2 container.create demo-db-1: environment.A "1" -> "2"',
      '#3 container.stop demo-db-1 (after #1 #2)',
      '#4 container.remove demo-db-1 (after #1 #2 #3)',
      '#5 container.rename demo-db-1 to demo-db-1 (after #2 #4)',
      '#6 container.start demo-db-1 (after #5)',
      '#7 container.start demo-web-1 (after #1 #6)',
    ])
  })

  it('clears up after an interrupted recreate', () => {
    const observed = settled(before)
    const [old] = observed.containers
    if (old === undefined) throw new Error('no container')
    const half = { ...old, id: 'b'.repeat(64), name: `${id}_demo-web-1`, labels: { ...old.labels, [label.replace]: 'web-1' } }
    const created = { ...half, state: { ...half.state, status: 'created' as const } }
    expect(planOf(before, { ...observed, containers: [old, created] })).toEqual([
      `#1 container.remove ${id}_demo-web-1: it is left over from an interrupted recreate`,
      '   container demo-web-1: running',
    ])
  })
})

describe('scaling', () => {
  const three = 'services: { web: { image: nginx, scale: 3 } }'
  const one = 'services: { web: { image: nginx, scale: 1 } }'

  it('numbers new replicas after the highest', () => {
    expect(planOf(three, settled(one)).filter((line) => line.includes('create'))).toEqual([
      '#1 container.create demo-web-2: service web has 1 of 3 containers',
      '#3 container.create demo-web-3: service web has 1 of 3 containers',
    ])
  })

  it('removes the highest numbers first', () => {
    expect(planOf(one, settled(three)).filter((line) => line.includes('remove'))).toEqual([
      '#2 container.remove demo-web-2: service web wants 1 (after #1)',
      '#4 container.remove demo-web-3: service web wants 1 (after #3)',
    ])
  })

  it('removes outdated replicas before numbers are looked at', () => {
    const observed = withContainer(settled(three), 'demo-web-1', (found) => ({
      ...found,
      labels: { ...found.labels, [label.configHash]: 'old' },
    }))
    const two = 'services: { web: { image: nginx, scale: 2 } }'
    expect(planOf(two, observed).filter((line) => line.includes('remove'))).toEqual([
      '#2 container.remove demo-web-1: service web wants 2 (after #1)',
    ])
  })
})

describe('orphans', () => {
  const observed = settled('services: { web: { image: nginx }, old: { image: old } }')
  const yaml = 'services: { web: { image: nginx } }'

  it('are warned about and left alone', () => {
    expect(planOf(yaml, observed).filter((line) => line.startsWith('#'))).toEqual([])
    expect(warningsOf(yaml, observed)).toEqual([expect.stringContaining('Found orphan containers (demo-old-1)')])
    expect(warningsOf(yaml, observed, { ignoreOrphans: true })).toEqual([])
  })

  it('are removed when asked to', () => {
    expect(planOf(yaml, observed, { removeOrphans: true }).slice(0, 2)).toEqual([
      '#1 container.stop demo-old-1: there is no service old in the project',
      '#2 container.remove demo-old-1: there is no service old in the project (after #1)',
    ])
  })

  it('are not services that a profile or the selection leaves out', () => {
    const profiled = 'services: { web: { image: nginx }, old: { image: old, profiles: [x] } }'
    expect(warningsOf(profiled, observed)).toEqual([])
  })
})

describe('networks and volumes', () => {
  it('recreate a changed network with the containers in it', () => {
    const yaml = (internal: boolean) => `services: { web: { image: nginx } }\nnetworks: { default: { internal: ${internal} } }`
    expect(planOf(yaml(true), settled(yaml(false)))).toEqual([
      '#1 container.stop demo-web-1: network demo_default is recreated: internal false -> true',
      '#2 container.remove demo-web-1: network demo_default is recreated: internal false -> true (after #1)',
      '#3 network.remove demo_default: internal false -> true (after #2)',
      '#4 network.create demo_default: internal false -> true (after #3)',
      '#5 container.create demo-web-1: network demo_default is recreated: internal false -> true (after #2 #4)',
      '#6 container.start demo-web-1: network demo_default is recreated: internal false -> true (after #5)',
    ])
  })

  const volume = (label: string) =>
    `services: { db: { image: db, volumes: ["data:/d"] } }\nvolumes: { data: { labels: { a: "${label}" } } }`

  it('keep a changed volume with a warning', () => {
    expect(planOf(volume('2'), settled(volume('1'))).filter((line) => line.startsWith('#'))).toEqual([])
    expect(warningsOf(volume('2'), settled(volume('1')))).toEqual([expect.stringContaining('volume demo_data is kept')])
  })

  it('recreate a changed volume only where losing its data was agreed to', () => {
    const plan = reconcileUp(desired(volume('2')), settled(volume('1')), { ...defaultRules, recreateVolumes: true })
    expect(plan.nodes.map(({ op }) => op.kind)).toEqual([
      'container.stop',
      'container.remove',
      'volume.remove',
      'volume.create',
      'container.create',
      'container.start',
    ])
    expect(plan.nodes.filter(({ confirm }) => confirm !== undefined).map(({ op }) => op.kind)).toEqual(['volume.remove'])
  })

  it('never touch external ones, and miss them loudly', () => {
    const yaml = 'services: { web: { image: nginx, networks: [ext] } }\nnetworks: { ext: { external: true, name: shared } }'
    expect(() => planOf(yaml, onlyImages('nginx'))).toThrow('network shared declared as external, but could not be found')
  })
})

describe('images', () => {
  it('are pulled with a build to fall back on where a service has both', () => {
    const plan = reconcileUp(
      desired('services: { app: { image: app, build: ./app } }'),
      { ...nothing, images: { app: null } },
      defaultRules,
    )
    const op = plan.nodes.find(({ op: { kind } }) => kind === 'image.pull')?.op
    expect(op?.kind === 'image.pull' && op.orBuild?.context).toBe('/demo/app')
  })

  it('are built where there is nothing to pull', () => {
    expect(planOf('services: { app: { build: ./app } }', nothing)[0]).toBe('#1 image.build demo-app: it is not here')
  })

  it('are never built again without being asked to', () => {
    const yaml = 'services: { app: { build: ./app } }'
    expect(reconcileImages(desired(yaml), settled(yaml), defaultRules).nodes).toEqual([])
  })

  it('of running services are settled before anything is decided about these', () => {
    const yaml = 'services: { app: { build: ./app }, web: { image: nginx, pull_policy: always } }'
    const rules = { ...defaultRules, images: { ...defaultRules.images, build: true } }
    expect(reconcileImages(desired(yaml), settled(yaml), rules).nodes.map(({ op, target }) => [op.kind, target.name])).toEqual([
      ['image.build', 'demo-app'],
      ['image.pull', 'nginx'],
    ])
  })

  it('that may not be pulled and are not here are an error that says so', () => {
    expect(() => planOf('services: { web: { image: nginx, pull_policy: never } }', nothing)).toThrow(/no image nginx here/)
  })

  it('for another platform than the service asks for do not do', () => {
    const yaml = (more: string): string => `services: { web: { image: nginx, ${more} } }`
    const here = (variants?: readonly string[]) => ({
      ...onlyImages('nginx'),
      images: { nginx: { ...image('nginx'), ...(variants === undefined ? {} : { variants }) } },
    })
    const images = (more: string, variants?: readonly string[]) =>
      planOf(yaml(more), here(variants)).filter((line) => line.includes('image.'))
    expect(images('platform: linux/amd64')).toEqual([])
    expect(images('platform: linux/arm64')).toEqual(['#1 image.pull nginx: the one here is for linux/amd64'])
    expect(images('platform: linux/arm64', ['sha256:arm'])).toEqual([])
    expect(() => images('platform: linux/arm64, pull_policy: never')).toThrow(/no image nginx here \(the one here is for linux\/amd64\)/)
  })

  it('are refreshed when the policy says they are too old', () => {
    const yaml = 'services: { web: { image: nginx, pull_policy: daily } }'
    const plan = (now: number) =>
      reconcileImages(desired(yaml), settled(yaml), { ...defaultRules, images: { ...defaultRules.images, now } })
    expect(plan(1000).nodes).toEqual([])
    expect(plan(2 * 86_400_000).nodes.map(({ cause }) => cause)).toEqual(['pull policy is daily'])
  })
})

describe('labels', () => {
  it('are those docker compose gives', () => {
    const [op] = reconcileUp(desired(pair), onlyImages('nginx', 'mariadb'), defaultRules)
      .nodes.map((node) => node.op)
      .filter(({ kind }) => kind === 'container.create')
    const labels = op?.kind === 'container.create' ? op.spec.labels : {}
    expect(labels).toMatchObject({
      'com.docker.compose.project': 'demo',
      'com.docker.compose.service': 'db',
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
      'com.docker.compose.image': image('mariadb').id,
      'com.docker.compose.depends_on': '',
      'com.docker.compose.project.working_dir': '/demo',
    })
  })

  it('survive a look at a foreign container without them', () => {
    const observed = settled(pair)
    const foreign = { ...container({ name: 'x', image: 'y', labels: {}, network: { kind: 'none' } }), labels: {} }
    expect(() => planOf(pair, { ...observed, containers: [...observed.containers, foreign] })).not.toThrow()
  })
})
