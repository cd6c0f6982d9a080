import { describe, expect, it } from 'vitest'
import { label } from '../../../src/converge/labels.ts'
import { formatPlan } from '../../../src/converge/plan.ts'
import { type DownRules, reconcileDown } from '../../../src/converge/reconcile/down.ts'
import { planRestart, planStart, planStop } from '../../../src/converge/reconcile/lifecycle.ts'
import { image, project, settled, withContainer } from './world.ts'

const yaml = `
services:
  web: { image: nginx, depends_on: [db] }
  db: { image: db, volumes: ["data:/d"], build: . }
volumes: { data: {} }
`

function planOf(rules: Partial<DownRules> = {}, observed = settled(yaml)): readonly string[] {
  return formatPlan(reconcileDown(observed, { projectName: 'demo', removeOrphans: false, volumes: false, ...rules })).split('\n')
}

describe('down', () => {
  it('takes dependents away before what they depend on, and networks last, from labels alone', () => {
    expect(planOf()).toEqual([
      '#1 container.stop demo-web-1: asked for by down',
      '#2 container.remove demo-web-1: asked for by down (after #1)',
      '#3 container.stop demo-db-1: asked for by down (after #2)',
      '#4 container.remove demo-db-1: asked for by down (after #2 #3)',
      '#5 network.remove demo_default: it belongs to the project (after #2 #4)',
    ])
  })

  it('removes volumes only when asked to', () => {
    expect(planOf({ volumes: true }).at(-1)).toBe('#6 volume.remove demo_data: asked for by --volumes (after #2 #4)')
  })

  it('leaves orphans to --remove-orphans where there is a file', () => {
    const smaller = project('services: { web: { image: nginx } }')
    expect(planOf({ project: smaller }).some((line) => line.includes('demo-db-1'))).toBe(false)
    expect(planOf({ project: smaller, removeOrphans: true }).some((line) => line.includes('demo-db-1'))).toBe(true)
  })

  it('leaves networks and volumes alone when services are named', () => {
    expect(planOf({ services: ['web'], volumes: true })).toEqual([
      '#1 container.stop demo-web-1: asked for by down',
      '#2 container.remove demo-web-1: asked for by down (after #1)',
    ])
  })

  it('removes images by name, and takes one that is in use as a warning', () => {
    const plan = reconcileDown(settled(yaml), { projectName: 'demo', removeOrphans: false, volumes: false, removeImages: 'all' })
    expect(plan.nodes.filter(({ op }) => op.kind === 'image.remove').map(({ target, onFailure }) => [target.name, onFailure])).toEqual([
      ['db', 'warn'],
      ['nginx', 'warn'],
    ])
  })

  it('removes what was built without a name alone by --rmi local, with or without a container, never a disabled service’s image', () => {
    const file = 'services:\n  web: { build: . }\n  old: { image: redis }\n'
    const now = project('services:\n  web: { build: . }\n  api: { build: . }\n  tool: { build: ., image: tool }\n  gone: { build: . }\n')
    const images = { 'demo-api': image('demo-api'), tool: image('tool'), 'demo-gone': null }
    const plan = reconcileDown(
      { ...settled(file), images },
      { projectName: 'demo', removeOrphans: true, volumes: false, removeImages: 'local', project: now },
    )
    expect(plan.nodes.filter(({ op }) => op.kind === 'image.remove').map(({ target }) => target.name)).toEqual(['demo-web', 'demo-api'])
  })

  it('does without a network or volume of another project', () => {
    const observed = settled(yaml)
    const foreign = {
      ...observed,
      networks: observed.networks.map((network) => ({ ...network, labels: { ...network.labels, [label.project]: 'other' } })),
    }
    expect(planOf({}, foreign).some((line) => line.includes('network.remove'))).toBe(false)
  })

  it('gets through labels that go in a circle', () => {
    const circular = withContainer(settled(yaml), 'demo-db-1', (found) => ({
      ...found,
      labels: { ...found.labels, [label.dependsOn]: 'web:service_started:false' },
    }))
    expect(planOf({}, circular).filter((line) => line.includes('container.remove'))).toHaveLength(2)
  })
})

describe('start, stop and restart', () => {
  it('stop dependents first and skip what does not run', () => {
    const observed = withContainer(settled(yaml), 'demo-web-1', (found) => ({ ...found, state: { ...found.state, status: 'exited' } }))
    expect(formatPlan(planStop(observed.containers, {}))).toBe('#1 container.stop demo-db-1: asked for by stop')
    expect(formatPlan(planStop(settled(yaml).containers, {})).split('\n')).toEqual([
      '#1 container.stop demo-web-1: asked for by stop',
      '#2 container.stop demo-db-1: asked for by stop (after #1)',
    ])
  })

  it('start dependencies first, by the conditions in the labels', () => {
    const healthy = yaml
      .replace('depends_on: [db]', 'depends_on: { db: { condition: service_healthy } }')
      .replace('image: db,', 'image: db, healthcheck: { test: "true" },')
    const observed = settled(healthy)
    const stopped = observed.containers.map((found) => ({ ...found, state: { ...found.state, status: 'exited' as const } }))
    expect(formatPlan(planStart(stopped, {})).split('\n')).toEqual([
      '#1 container.start demo-db-1: it is exited',
      '#2 container.await demo-db-1 healthy: web depends on db (service_healthy) (after #1)',
      '#3 container.start demo-web-1: it is exited (after #2)',
    ])
  })

  it('restart dependencies first', () => {
    expect(formatPlan(planRestart(settled(yaml).containers, {})).split('\n')).toEqual([
      '#1 container.restart demo-db-1: asked for by restart',
      '#2 container.restart demo-web-1: asked for by restart (after #1)',
    ])
  })
})
