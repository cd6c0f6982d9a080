import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ProgressEvent } from '../../../../src/base/event.ts'
import { createJsonReporter } from '../../../../src/cli/report/json.ts'
import { createPlainReporter } from '../../../../src/cli/report/plain.ts'
import { formatSize } from '../../../../src/cli/report/reporter.ts'
import { createTtyReporter } from '../../../../src/cli/report/tty.ts'
import type { Output } from '../../../../src/cli/terminal.ts'

const web = { kind: 'container', name: 'Container shop-web-1' } as const
const image = { kind: 'image', name: 'web' } as const
const layer = { kind: 'layer', name: '0123456789ab' } as const

interface Recorded extends Output {
  text(): string
}

function record(size = { columns: 60, rows: 24 }): Recorded {
  let text = ''
  return { isTty: true, columns: () => size.columns, rows: () => size.rows, write: (more) => (text += more), text: () => text }
}

describe('plain progress', () => {
  it('is one line a step, as docker compose prints it', () => {
    const output = record()
    const { sink } = createPlainReporter(output, { dryRun: false, clock: () => 0 })
    sink({ target: web, verb: 'Creating', phase: 'start' })
    sink({ target: web, verb: 'Created', phase: 'done' })
    sink({ target: image, verb: 'Pulling', phase: 'start' })
    sink({ target: image, verb: 'Error', phase: 'fail', text: 'no registry' })
    expect(output.text()).toBe(' Container shop-web-1  Creating\n Container shop-web-1  Created\n web Pulling \n web Error no registry\n')
  })

  it('leaves byte counts out and marks a dry run', () => {
    const output = record()
    const { sink } = createPlainReporter(output, { dryRun: true, clock: () => 0 })
    sink({ target: layer, parent: image, verb: 'Downloading', phase: 'progress', current: 1, total: 2 })
    sink({ target: web, verb: 'Started', phase: 'done' })
    expect(output.text()).toBe(' DRY-RUN MODE -  Container shop-web-1  Started\n')
  })
})

describe('plain progress of builds', () => {
  it('is a numbered block per step, as BuildKit prints it', () => {
    const output = record()
    let now = 1000
    const { sink } = createPlainReporter(output, { dryRun: false, clock: () => now })
    const parent = { kind: 'build', name: 'shop-web' } as const
    const step = (name: string): Pick<ProgressEvent, 'target' | 'parent'> => ({ target: { kind: 'build', name }, parent })
    sink({ target: parent, verb: 'Building', phase: 'start' })
    sink({ ...step('[web 1/3] FROM a'), verb: 'Building', phase: 'start' })
    sink({ ...step('[web 1/3] FROM a'), verb: 'CACHED', phase: 'done' })
    sink({ ...step('[web 2/3] RUN b'), verb: 'Building', phase: 'start' })
    sink({ ...step('[db 2/2] RUN c'), verb: 'Building', phase: 'start' })
    now += 512
    sink({ ...step('[web 2/3] RUN b'), verb: 'RUN', phase: 'progress', text: 'one' })
    sink({ ...step('[db 2/2] RUN c'), verb: 'ERROR', phase: 'fail' })
    sink({ ...step('[web 2/3] RUN b'), verb: 'DONE', phase: 'done', text: '0.5s' })
    sink({ target: parent, verb: 'Error', phase: 'fail', text: 'RUN failed\n  more' })
    expect(output.text().split('\n')).toEqual([
      ' shop-web  Building',
      '#1 [web 1/3] FROM a',
      '#1 CACHED',
      '',
      '#2 [web 2/3] RUN b',
      '#2 0.512 one',
      '#2 ...',
      '',
      '#3 [db 2/2] RUN c',
      '#3 ERROR',
      '',
      '#2 [web 2/3] RUN b',
      '#2 DONE 0.5s',
      '',
      ' shop-web  Error: RUN failed',
      '',
    ])
  })
})

describe('JSON progress', () => {
  it('is one object a line with the keys of docker compose', () => {
    const output = record()
    const { sink } = createJsonReporter(output, { dryRun: false })
    sink({ target: web, verb: 'Started', phase: 'done' })
    sink({ target: image, verb: 'Pulling', phase: 'start' })
    sink({ target: layer, parent: image, verb: 'Downloading', phase: 'progress', current: 25, total: 100 })
    expect(
      output
        .text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: 'Container shop-web-1', status: 'Started' },
      { id: 'web', text: 'Pulling' },
      { id: '0123456789ab', parent_id: 'web', text: 'Downloading', current: 25, total: 100, percent: 25 },
    ])
  })
})

describe('live progress', () => {
  /** The last picture, without cursor movements. */
  function picture(events: readonly ProgressEvent[], size = { columns: 60, rows: 24 }): readonly string[] {
    const output = record(size)
    let now = 0
    const reporter = createTtyReporter(output, { title: 'Running', dryRun: false, color: false, clock: () => now })
    for (const event of events) {
      reporter.sink(event)
      now += 100
    }
    reporter.end()
    const last = output.text().split('\x1b[?25l').at(-1) ?? ''
    return stripVTControlCharacters(last).replaceAll('\r', '').trimEnd().split('\n')
  }

  it('has a title with counts and a row for each target with mark and seconds', () => {
    const lines = picture([
      { target: { kind: 'network', name: 'Network shop_default' }, verb: 'Created', phase: 'done' },
      { target: web, verb: 'Starting', phase: 'start' },
      { target: web, verb: 'Started', phase: 'done' },
      { target: { kind: 'container', name: 'Container shop-db-1' }, verb: 'Waiting', phase: 'start' },
    ])
    expect(lines.map((line) => line.replaceAll(/\s{2,}/g, '  '))).toEqual([
      '[+] Running 2/3',
      ' ✔ Network shop_default  Created  0.0s',
      ' ✔ Container shop-web-1  Started  0.1s',
      ' ⠙ Container shop-db-1  Waiting  0.1s',
    ])
    expect(lines.every((line) => line.length <= 60)).toBe(true)
  })

  it('leaves only what has ended on the screen when other output comes, and takes the rest up below it', () => {
    const output = record()
    const reporter = createTtyReporter(output, { title: 'Stopping', dryRun: false, color: false, clock: () => 0 })
    reporter.sink({ target: web, verb: 'Stopping', phase: 'start' })
    reporter.pause()
    expect(output.text().endsWith('\x1b[2A\r\x1b[J')).toBe(true)
    output.write('web-1  | bye\n')
    reporter.sink({ target: web, verb: 'Stopped', phase: 'done' })
    reporter.end()
    const below = stripVTControlCharacters(output.text().split('bye\n')[1] ?? '')
    expect(below).toContain('[+] Stopping 1/1')
    expect(below).toContain('✔ Container shop-web-1  Stopped')
  })

  it('folds layers away where the terminal is too low, and clips what is too wide', () => {
    const layers = Array.from(
      { length: 20 },
      (_, index): ProgressEvent => ({ target: { kind: 'layer', name: `layer${index}` }, parent: image, verb: 'Waiting', phase: 'start' }),
    )
    const lines = picture([{ target: image, verb: 'Pulling', phase: 'start', text: 'x'.repeat(100) }, ...layers], { columns: 40, rows: 10 })
    expect(lines).toHaveLength(2)
    expect(lines[1]?.length).toBeLessThanOrEqual(40)
    expect(lines[1]).toContain('...')
  })

  it('shows layers below their image with sizes where there is room', () => {
    const lines = picture([
      { target: image, verb: 'Pulling', phase: 'start' },
      { target: layer, parent: image, verb: 'Downloading', phase: 'progress', current: 1_500_000, total: 3_000_000 },
    ])
    expect(lines[2]).toContain('  0123456789ab  Downloading 1.5MB/3MB')
  })
})

describe('sizes', () => {
  it('are decimal with four digits', () => {
    expect([0, 999, 1000, 1_982_291, 5e9].map(formatSize)).toEqual(['0B', '999B', '1kB', '1.982MB', '5GB'])
  })
})
