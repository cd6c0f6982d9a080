import { describe, expect, it } from 'vitest'
import { nothing, planOf, settled, warningsOf, withContainer } from './world.ts'

const yaml = (tag: string, update: string, replicas = 1, more = ''): string =>
  `services: { web: { image: nginx, ports: ["8000-8009:80"], environment: { A: "${tag}" }, deploy: { replicas: ${replicas}, update_config: ${update}${more} } } }`

const rolled = (update: string, replicas = 1, more = ''): readonly string[] =>
  planOf(yaml('2', update, replicas, more), settled(yaml('1', update, replicas, more)))
const count = (plan: readonly string[], words: string): number => plan.filter((line) => line.includes(words)).length

describe('a rolling update', () => {
  it('with start-first proves the new container before it takes the ports and the old one goes', () => {
    expect(rolled('{ order: start-first, monitor: 0s }')).toEqual([
      '#1 container.create demo-web-1: environment.A "1" -> "2"',
      '#2 container.start demo-web-1: environment.A "1" -> "2" (after #1)',
      '#3 container.await demo-web-1 running-or-healthy: the update goes on when it works (after #2)',
      '#4 container.takePorts demo-web-1: it works: its ports lead to it from here on (after #3)',
      '#5 container.stop demo-web-1: it is replaced (after #4)',
      '#6 container.start demo-web-1: the update failed (only if one of #1 #2 #3 #4 #5 fails)',
      '#7 container.takePorts demo-web-1: the update failed (after #6) (only if one of #1 #2 #3 #4 #5 fails)',
      '#8 container.remove demo-web-1: the update failed (after #7) (only if one of #1 #2 #3 #4 #5 fails)',
      '#9 container.remove demo-web-1: it is replaced (after #5)',
      '#10 container.rename demo-web-1 to demo-web-1: the name is free now (after #9)',
    ])
  })

  it('with stop-first keeps the old container until the new one has proved itself', () => {
    const plan = rolled('{ monitor: 2s }')
    expect(plan.slice(0, 5)).toEqual([
      '#1 container.create demo-web-1: environment.A "1" -> "2"',
      '#2 container.stop demo-web-1: it is replaced (after #1)',
      '#3 container.start demo-web-1: environment.A "1" -> "2" (after #1 #2)',
      '#4 container.await demo-web-1 running-or-healthy: the update goes on when it works (after #3)',
      '#5 container.monitor demo-web-1 2s: update_config.monitor (after #4)',
    ])
    expect(plan[7]).toBe('#8 container.remove demo-web-1: it is replaced (after #5)')
  })

  it('watches a new container for 5 s, or as long as it says; a health check is proof enough', () => {
    expect(rolled('{ order: start-first }')[3]).toBe('#4 container.monitor demo-web-1 5s: update_config.monitor (after #3)')
    const checked = (tag: string): string =>
      yaml(tag, '{ order: start-first }').replace('image: nginx', 'image: nginx, healthcheck: { test: x }')
    expect(count(planOf(checked('2'), settled(checked('1'))), 'container.monitor')).toBe(0)
  })

  it('goes on as long as no more fail than max_failure_ratio allows', () => {
    const plan = rolled('{ max_failure_ratio: 0.5, monitor: 0s }', 3)
    const checks = plan.filter((line) => line.includes('update.check'))
    expect(checks).toHaveLength(3)
    expect(checks[0]).toContain('update_config.max_failure_ratio allows 1 to fail')
    const creates = plan.filter((line) => line.includes('container.create'))
    // Each batch waits for the check of the one before, not for its success.
    expect(creates.slice(1).map((line) => /after (#\d+)/.exec(line)?.[1])).toEqual(
      checks.slice(0, 2).map((line) => /^#\d+/.exec(line)?.[0]),
    )
    expect(count(rolled('{ max_failure_ratio: 0.3, monitor: 0s }', 3), 'update.check')).toBe(0)
  })

  it('rolls back as rollback_config says: so many at once, so long apart, in this order', () => {
    const update = '{ failure_action: rollback, parallelism: 0, monitor: 0s }'
    expect(count(rolled(update, 3), 'rollback_config.delay')).toBe(0)
    const plan = rolled(
      update,
      3,
      ', rollback_config: { parallelism: 2, delay: 4s, order: start-first, monitor: 0s, failure_action: continue }',
    )
    const back = plan.filter((line) => line.includes('the update failed') || line.includes('rollback_config'))
    expect(back.map((line) => line.replace(/^#\d+ (\S+ [^ :]+).*/, '$1'))).toEqual([
      ...['container.start demo-web-3', 'container.takePorts demo-web-3', 'container.remove demo-web-3'],
      ...['container.start demo-web-2', 'container.takePorts demo-web-2', 'container.remove demo-web-2'],
      'container.delay demo-web-1',
      ...['container.start demo-web-1', 'container.takePorts demo-web-1', 'container.remove demo-web-1'],
    ])
    expect(plan.find((line) => line.includes('container.delay'))).toMatch(/4s: rollback_config.delay \(after [#\d ]+\) \(only if/)
  })

  it('pauses a rollback where an old container does not work either: the rest keeps the new ones that do', () => {
    const update = '{ failure_action: rollback, parallelism: 0, monitor: 0s }'
    const plan = rolled(update, 2, ', rollback_config: { parallelism: 1, monitor: 2s }')
    const back = plan.slice(plan.findIndex((line) => line.includes('the update failed')))
    expect(back.map((line) => line.replace(/^(#\d+ \S+ \S+?):? .*?((?: \(not if.*)?)$/, '$1$2')).slice(0, 12)).toEqual([
      ...['#9 container.remove demo-web-2', '#10 container.start demo-web-2'],
      ...['#11 container.await demo-web-2', '#12 container.monitor demo-web-2 (not if one of #11 fails)'],
      '#13 update.check demo-web-1',
      ...['#14 container.remove demo-web-1 (not if one of #13 fails)', '#15 container.start demo-web-1 (not if one of #13 fails)'],
      ...['#16 container.await demo-web-1 (not if one of #13 fails)', '#17 container.monitor demo-web-1 (not if one of #13 #16 fails)'],
      ...[
        '#18 container.remove demo-web-1 (not if one of #1 #2 #3 #4 fails)',
        '#19 container.rename demo-web-1 (not if one of #1 #2 #3 #4 fails)',
      ],
      '#20 container.remove demo-web-1',
    ])
    expect(plan[17]).toContain('(only if one of #13 fails)')
    const passing = rolled(update, 3, ', rollback_config: { parallelism: 1, monitor: 2s, failure_action: continue }')
    expect(passing.some((line) => line.includes('update.check') || line.includes('not if one of #13'))).toBe(false)
  })

  it('goes batch by batch, with a delay between them', () => {
    const plan = rolled('{ parallelism: 2, delay: 3s, order: start-first, monitor: 0s }', 4)
    const after = (line: string | undefined): string => /\(after (.*)\)/.exec(line ?? '')?.[1] ?? ''
    const delay = plan.find((line) => line.includes('container.delay'))
    expect(delay).toMatch(/^#11 container.delay demo-web-3 3s: update_config.delay \(after #5 #10\)$/)
    const creates = plan.filter((line) => line.includes('container.create'))
    expect(creates.map(after)).toEqual(['', '', '#11', '#11'])
  })

  it('replaces all at once with parallelism 0', () => {
    const creates = rolled('{ parallelism: 0 }', 3).filter((line) => line.includes('container.create'))
    expect(creates.some((line) => line.includes('after'))).toBe(false)
  })

  it('brings every old container back where a failure means rollback, and removes none before all are proved', () => {
    const plan = rolled('{ failure_action: rollback, order: start-first, monitor: 0s }', 2)
    const rescues = plan.filter((line) => line.includes('only if one of'))
    expect(rescues).toHaveLength(6)
    for (const line of rescues) expect(line).toContain('(only if one of #1 #2 #3 #4 #5 #6 #7 #8 #9 #10 fails)')
    expect(plan.filter((line) => line.includes('container.remove') && line.includes('it is replaced'))).toEqual([
      '#17 container.remove demo-web-1: it is replaced (after #5 #10)',
      '#19 container.remove demo-web-2: it is replaced (after #5 #10)',
    ])
  })

  it('goes on to the next batch after a failure that is to be passed over', () => {
    const plan = rolled('{ failure_action: continue, monitor: 0s }', 2)
    // The second batch comes after what puts the first one back, which always ends.
    expect(plan.filter((line) => line.includes('container.create'))[1]).toMatch(/\(after #6\)$/)
    expect(plan[5]).toMatch(/^#6 container.start demo-web-1: the update failed .*only if one of #1 #2 #3 #4 fails/)
  })

  it('stops first where the new container must have the old one’s address, and says so', () => {
    const fixed = (tag: string): string => `
services: { web: { image: nginx, environment: { A: "${tag}" }, networks: { net: { ipv4_address: 10.1.0.9 } }, deploy: { update_config: { order: start-first } } } }
networks: { net: { ipam: { config: [{ subnet: 10.1.0.0/24 }] } } }`
    expect(planOf(fixed('2'), settled(fixed('1')))[1]).toContain('container.stop')
    expect(warningsOf(fixed('2'), settled(fixed('1'))).join()).toContain('stop-first')
  })

  it('is no matter for containers that are made or that do not run', () => {
    const update = '{ order: start-first }'
    expect(planOf(yaml('1', update), nothing).filter((line) => line.includes('takePorts'))).toEqual([])
    const ended = withContainer(settled(yaml('1', update)), 'demo-web-1', (found) => ({
      ...found,
      state: { ...found.state, status: 'exited' },
    }))
    expect(planOf(yaml('2', update), ended).filter((line) => line.includes('takePorts'))).toEqual([])
  })
})
