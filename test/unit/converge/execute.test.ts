import { describe, expect, it } from 'vitest'
import { TscomposeError } from '../../../src/base/errors.ts'
import type { ProgressEvent } from '../../../src/base/event.ts'
import { execute } from '../../../src/converge/execute.ts'
import { createPlanBuilder, type PlanBuilder } from '../../../src/converge/plan.ts'
import type { Engine } from '../../../src/engine/api.ts'

/** An engine whose containers can only be started; each start takes a turn of the event loop, or fails, or hangs. */
function startOnly(behaviour: Readonly<Record<string, 'fail' | 'hang'>> = {}): { readonly engine: Engine; readonly log: string[] } {
  const log: string[] = []
  const start = async ({ container }: { readonly container: string }, context: { readonly signal?: AbortSignal } = {}): Promise<void> => {
    log.push(`+${container}`)
    if (behaviour[container] === 'fail') throw new TscomposeError('conflict', 'BROKEN', `${container} is broken`)
    if (behaviour[container] === 'hang') {
      await new Promise((_resolve, reject) => context.signal?.addEventListener('abort', () => reject(context.signal?.reason)))
    }
    await new Promise(setImmediate)
    log.push(`-${container}`)
  }
  return { engine: { containers: { start } } as unknown as Engine, log }
}

function start(
  builder: PlanBuilder,
  id: string,
  after: readonly number[] = [],
  more: { readonly onFailure?: 'warn'; readonly rescues?: readonly number[] } = {},
): number {
  return builder.add({
    target: { kind: 'container', name: id },
    op: { kind: 'container.start', container: { id } },
    cause: 'test',
    after,
    shown: { start: 'Starting', done: 'Started' },
    ...more,
  })
}

describe('execute', () => {
  it('starts a node as soon as what it waits for is done, and others side by side', async () => {
    const builder = createPlanBuilder()
    const a = start(builder, 'a')
    start(builder, 'b')
    start(builder, 'c', [a])
    const { engine, log } = startOnly()
    await execute(builder.build(), engine)
    expect(log.slice(0, 3)).toEqual(['+a', '+b', '-a'])
    expect(log.slice(3).sort()).toEqual(['+c', '-b', '-c'])
  })

  it('stops only what depends on a failure, and throws it at the end', async () => {
    const builder = createPlanBuilder()
    const bad = start(builder, 'bad')
    const after = start(builder, 'after', [bad])
    start(builder, 'last', [after])
    start(builder, 'other')
    const { engine, log } = startOnly({ bad: 'fail' })
    await expect(execute(builder.build(), engine)).rejects.toMatchObject({ code: 'BROKEN', message: 'bad is broken' })
    expect(log).toEqual(['+bad', '+other', '-other'])
  })

  it('puts back what was only where something failed, an abort included', async () => {
    const plan = (): ReturnType<PlanBuilder['build']> => {
      const builder = createPlanBuilder()
      const next = start(builder, 'next')
      const back = start(builder, 'back', [], { rescues: [next] })
      start(builder, 'further', [back], { rescues: [next] })
      return builder.build()
    }
    const fine = startOnly()
    await execute(plan(), fine.engine)
    expect(fine.log).toEqual(['+next', '-next'])
    const broken = startOnly({ next: 'fail' })
    await expect(execute(plan(), broken.engine)).rejects.toMatchObject({ message: 'next is broken' })
    expect(broken.log).toEqual(['+next', '+back', '-back', '+further', '-further'])
    const hanging = startOnly({ next: 'hang' })
    const running = execute(plan(), hanging.engine, { signal: AbortSignal.timeout(20) })
    await expect(running).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(hanging.log).toContain('-further')
  })

  it('names every failure in one message', async () => {
    const builder = createPlanBuilder()
    start(builder, 'x')
    start(builder, 'y')
    await expect(execute(builder.build(), startOnly({ x: 'fail', y: 'fail' }).engine)).rejects.toThrow('x is broken\ny is broken')
  })

  it('goes on after a failure that is only worth a warning', async () => {
    const builder = createPlanBuilder()
    const optional = start(builder, 'optional', [], { onFailure: 'warn' })
    start(builder, 'web', [optional])
    const events: ProgressEvent[] = []
    const { engine, log } = startOnly({ optional: 'fail' })
    await execute(builder.build(), engine, { sink: (event) => events.push(event) })
    expect(log).toContain('-web')
    expect(events.filter(({ phase }) => phase === 'warn').map(({ target, text }) => [target.name, text])).toEqual([
      ['Container optional', 'optional is broken'],
    ])
  })

  it('keeps to the limit', async () => {
    const builder = createPlanBuilder()
    for (const id of ['a', 'b', 'c']) start(builder, id)
    const { engine, log } = startOnly()
    await execute(builder.build(), engine, { limit: 1 })
    expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c'])
  })

  it('begins nothing new after an abort, and is not shown as a failure', async () => {
    const builder = createPlanBuilder()
    const slow = start(builder, 'slow')
    start(builder, 'next', [slow])
    const { engine, log } = startOnly({ slow: 'hang' })
    const abort = new AbortController()
    const events: ProgressEvent[] = []
    const done = execute(builder.build(), engine, { signal: abort.signal, sink: (event) => events.push(event) })
    await new Promise(setImmediate)
    abort.abort(new TscomposeError('canceled', 'CANCELED', 'canceled'))
    await expect(done).rejects.toMatchObject({ kind: 'canceled' })
    expect(log).toEqual(['+slow'])
    expect(events.map(({ verb }) => verb)).toEqual(['Starting'])
  })
})
