import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildSeries } from './build.ts'
import { convergeSeries } from './converge.ts'
import { type ImageBench, imageBench } from './images.ts'
import { type Spread, spread, time } from './measure.ts'
import { createTscompose, findDockerCompose, type Peer } from './peers.ts'
import { image, type Scenario, type Series, scenarios } from './scenarios.ts'
import { watchSeries } from './watch.ts'

/*
 * Whole-process wall times of tscompose and, where `docker` answers, of docker compose in turn in the same run.
 * The ratio is the median of the pairs' ratios, so a machine whose speed drifts does not bend it.
 */

interface Row {
  readonly name: string
  readonly target: number | undefined
  readonly limit: number | undefined
  readonly ours: Spread
  readonly theirs: Spread | undefined
  readonly ratio: Spread | undefined
}

function buildRootfs(directory: string): string {
  const rootfs = join(directory, 'rootfs')
  mkdirSync(join(rootfs, 'bin'), { recursive: true })
  const script = `cp "$(command -v busybox)" ${rootfs}/bin/busybox && for a in sh sleep true ls cat; do ln -s busybox ${rootfs}/bin/$a; done && tar -C ${rootfs} -cf ${directory}/rootfs.tar .`
  time({ argv: ['sh', '-c', script], cwd: directory })
  return join(directory, 'rootfs.tar')
}

function measure(series: Series, peers: { ours: Peer; theirs: Peer | undefined }, runs: number): readonly Row[] {
  const ours: (readonly number[])[] = []
  const theirs: (readonly number[])[] = []
  for (let index = 0; index <= runs; index++) {
    const our = series.run(peers.ours)
    const their = peers.theirs === undefined ? undefined : series.run(peers.theirs)
    // The first pair warms caches and does not count.
    if (index === 0) continue
    ours.push(our)
    if (their !== undefined) theirs.push(their)
  }
  const at = (rounds: readonly (readonly number[])[], figure: number): readonly number[] =>
    rounds.map((round) => round[figure] ?? Number.NaN)
  const paired = peers.theirs !== undefined
  return series.figures.map(({ name, target, limit }, figure) => ({
    name,
    target,
    limit,
    ours: spread(at(ours, figure)),
    theirs: paired ? spread(at(theirs, figure)) : undefined,
    ratio: paired ? spread(at(ours, figure).map((elapsed, round) => elapsed / (theirs[round]?.[figure] ?? Number.NaN))) : undefined,
  }))
}

/** A scenario of one figure. */
function single({ run, ...figure }: Scenario): Series {
  return { figures: [figure], run: (peer) => [run(peer)] }
}

function short(figure: number): string {
  return figure.toFixed(figure < 10 ? 1 : 0)
}

function formatRow(row: Row): string {
  const times = (s: Spread | undefined): string =>
    (s === undefined ? '-' : `${short(s.median)} (${short(s.min)}-${short(s.max)})`).padEnd(18)
  // Where both take nothing there is none.
  const ratio =
    row.ratio === undefined || Number.isNaN(row.ratio.median)
      ? '-'
      : `${row.ratio.median.toFixed(2)} (${row.ratio.min.toFixed(2)}-${row.ratio.max.toFixed(2)})`
  const verdict = [row.target, row.limit].map((most, index) => (most === undefined ? '' : `<= ${most}${index === 0 ? '' : ' here'}`))
  return `${row.name.padEnd(32)}${times(row.ours)}${times(row.theirs)}${ratio.padEnd(20)}${verdict.filter((each) => each !== '').join(', ')}`
}

/** What one more service costs: flat, however many there are. */
function formatGrowth(rows: readonly Row[]): string {
  const costs = rows.flatMap(({ name, ours }) => {
    const count = Number(/^up -d, (\d+) services$/.exec(name)?.[1])
    return Number.isNaN(count) ? [] : [`${(ours.median / count).toFixed(1)} of ${count}`]
  })
  return costs.length === 0 ? '' : `ms for each service of an up: ${costs.join(', ')}`
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1 || runs > 50) throw new Error('--runs takes a whole number from 1 to 50')

const root = mkdtempSync(join(tmpdir(), 'tscompose-bench-projects-'))
const theirs = findDockerCompose()
const ours = await createTscompose()
let images: ImageBench | undefined
try {
  const tar = buildRootfs(root)
  for (const peer of theirs === undefined ? [ours] : [ours, theirs]) peer.importImage(tar, image)
  const wantsImages = values.only === undefined || ['pull', 'load'].some((word) => values.only?.includes(word))
  images = wantsImages ? await imageBench(root, theirs === undefined ? [ours] : [ours, theirs]) : undefined
  const all = [...scenarios(root).map(single), ...convergeSeries(root), ...watchSeries(root), ...(images?.series ?? []), buildSeries(root)]
  const { only } = values
  const chosen = all.filter(({ figures }) => only === undefined || figures.some(({ name }) => name.includes(only)))
  if (!values.json) {
    console.log(`${cpus().length} cpus, kernel ${release()}, node ${process.version}, ${runs} runs each; ms: median (min-max)`)
    console.log(`${''.padEnd(32)}${'tscompose'.padEnd(18)}${'docker compose'.padEnd(18)}${'ratio'.padEnd(20)}target`)
    if (theirs === undefined) console.log('no docker here: tscompose alone')
  }
  const rows: Row[] = []
  for (const series of chosen) {
    const measured = measure(series, { ours, theirs }, runs)
    rows.push(...measured)
    if (!values.json) for (const row of measured) console.log(formatRow(row))
  }
  if (!values.json) console.log([formatGrowth(rows), images?.memory() ?? ''].filter(Boolean).join('\n'))
  if (values.json) console.log(JSON.stringify(rows, null, 2))
} finally {
  images?.close()
  ours.close()
  rmSync(root, { recursive: true, force: true })
}
