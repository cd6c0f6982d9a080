import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { TscomposeError } from '../../../src/base/errors.ts'
import { createInterrupts } from '../../../src/cli/interrupts.ts'
import { exitCodeOf, flattenError, renderError } from '../../../src/cli/render-error.ts'

const plain = { color: false, json: false }

describe('a failure', () => {
  it('is the message with its place, then the hint', () => {
    const error = new TscomposeError('invalid', 'X', 'unknown key', { hint: 'remove it', position: { file: 'a.yaml', line: 3, column: 5 } })
    expect(renderError(error, plain)).toBe('a.yaml:3:5: unknown key\nhint: remove it\n')
  })

  it('shows a stack only where it is a bug', () => {
    expect(renderError(new TypeError('oops'), plain)).toContain('errors.test.ts')
    expect(renderError(new TypeError('oops'), plain)).toContain('please report')
    expect(renderError(new TscomposeError('denied', 'X', 'no'), plain)).toBe('no\n')
  })

  it('is one JSON object on request', () => {
    expect(JSON.parse(renderError(new TscomposeError('denied', 'NO_ROOT', 'no', { hint: 'sudo' }), { color: false, json: true }))).toEqual({
      error: true,
      message: 'no',
      code: 'NO_ROOT',
      hint: 'sudo',
    })
  })

  it('that was a cancellation says nothing and has code 130', () => {
    const error = new TscomposeError('canceled', 'CANCELED', 'canceled')
    expect(renderError(error, plain)).toBe('')
    expect(exitCodeOf(error, false)).toBe(130)
    expect(exitCodeOf(new Error('x'), true)).toBe(130)
    expect(exitCodeOf(new Error('x'), false)).toBe(1)
  })

  it('of several parts names them all', () => {
    const parts = [new TscomposeError('conflict', 'A', 'first', { hint: 'do' }), new TscomposeError('conflict', 'B', 'second')]
    expect(renderError(flattenError(new AggregateError(parts)), plain)).toBe('first\nsecond\nhint: do\n')
  })
})

describe('signals', () => {
  it('abort on the first and end the process on the second', () => {
    const signals = new EventEmitter()
    const exits: number[] = []
    const { interrupts, signal } = createInterrupts({ signals, exit: (code) => exits.push(code) })
    signals.emit('SIGINT')
    expect([signal.aborted, interrupts.interrupted, exits]).toEqual([true, true, []])
    signals.emit('SIGTERM')
    expect(exits).toEqual([130])
  })

  it('go to the verb that took them', () => {
    const signals = new EventEmitter()
    const counts: number[] = []
    const { interrupts, signal } = createInterrupts({ signals, exit: () => counts.push(-1) })
    const release = interrupts.take((count) => counts.push(count))
    signals.emit('SIGINT')
    signals.emit('SIGINT')
    expect([counts, signal.aborted]).toEqual([[1, 2], false])
    release()
  })

  it('end a verb that would take them when the first has come already', () => {
    const signals = new EventEmitter()
    const { interrupts } = createInterrupts({ signals, exit: () => {} })
    signals.emit('SIGTERM')
    expect(() => interrupts.take(() => {})).toThrow('canceled')
  })
})
