import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli, launcher } from '../support/cli.ts'
import { createProject, importBusybox } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* How soon a service starts once its conditions hold: the engine's time of the event against the clock of whoever reads the progress. */

const length = 8
const promptMs = 20

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
})

afterAll(async () => {
  await createCli('/').run(['engine', 'stop'])
})

interface EngineEvent {
  readonly action: string
  readonly attributes: Readonly<Record<string, string>>
  readonly time: string
}

/** Milliseconds from each service's event to the start of the one that waits for it; brings the project up and down once. */
async function measureGaps(services: readonly string[], action: string): Promise<readonly number[]> {
  const project = createProject('promptness', `services:\n${services.join('')}`)
  try {
    // To the millisecond: the round before had containers of the same names.
    const since = (Date.now() / 1000).toFixed(3)
    const starting = await startTimes(project.directory)
    const output = await project.ok(['events', '--json', '--since', since, '--until', (Date.now() / 1000).toFixed(3)])
    const events = output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as EngineEvent]))
    return services.slice(1).map((_, index) => {
      const event = events.find((e) => e.action === action && e.attributes.name === `promptness-s${index}-1`)
      const start = starting.get(`Container promptness-s${index + 1}-1`)
      return (start ?? Number.NaN) - Date.parse(event?.time ?? '')
    })
  } finally {
    await project.close()
  }
}

/** Runs `up -d` and notes when each container was said to be starting, in milliseconds since the epoch. */
async function startTimes(directory: string): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  const child = spawn(launcher, ['--progress', 'json', 'up', '-d'], { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] })
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const now = performance.timeOrigin + performance.now()
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { id, status } = JSON.parse(line) as { id: string; status?: string }
      if (status === 'Starting') times.set(id, now)
    }
  })
  const code = await new Promise((ended) => child.once('close', ended))
  expect(code).toBe(0)
  return times
}

/** The middle of each round; a machine that is busy with something else gets two more. */
async function bestMedian(services: readonly string[], action: string): Promise<number> {
  const medians: number[] = []
  for (let round = 0; round < 3 && (medians.at(-1) ?? Number.POSITIVE_INFINITY) > promptMs; round++) {
    const gaps = (await measureGaps(services, action)).toSorted((a, b) => a - b)

    expect(gaps.filter(Number.isNaN)).toEqual([])
    medians.push(gaps[Math.floor(gaps.length / 2)] ?? Number.NaN)
  }
  return Math.min(...medians)
}

const chain = (body: string, condition: string): readonly string[] =>
  Array.from({ length }, (_, index) => {
    const waits = index === 0 ? '' : `, depends_on: { s${index - 1}: { condition: ${condition} } }`
    return `  s${index}: { image: ${busyboxImage}, stop_grace_period: 0s, ${body}${waits} }\n`
  })

it(`starts what waits for a healthy service within ${promptMs} ms`, async () => {
  const healthcheck = 'healthcheck: { test: [CMD, "true"], start_period: 20s, start_interval: 100ms }'
  const services = chain(`command: sleep 1000, ${healthcheck}`, 'service_healthy')
  const median = await bestMedian(services, 'health_status: healthy')
  expect(median).toBeGreaterThanOrEqual(-1)
  expect(median).toBeLessThanOrEqual(promptMs)
})

it(`starts what waits for a completed job within ${promptMs} ms`, async () => {
  const median = await bestMedian(chain('command: "true"', 'service_completed_successfully'), 'die')
  expect(median).toBeGreaterThanOrEqual(-1)
  expect(median).toBeLessThanOrEqual(promptMs)
})
