import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { time } from './measure.ts'
import type { Peer } from './peers.ts'

export const image = 'bench/busybox:1'

/** One figure: `run` does whatever comes before and after unmeasured and returns milliseconds. */
export interface Scenario {
  readonly name: string
  /** Highest ratio to docker compose that we promise. */
  readonly target?: number
  /** Highest figure of our own that we promise. */
  readonly limit?: number
  run(peer: Peer): number
}

/** Several figures of one run, in the order they are measured. */
export interface Series {
  readonly figures: readonly Omit<Scenario, 'run'>[]
  run(peer: Peer): readonly number[]
}

/** Writes a project of `count` services that sleep, unrelated to each other. */
export function writeIndependent(root: string, peer: Peer, count: number): string {
  const directory = join(root, `${peer.name.replaceAll(' ', '-')}-${count}`)
  mkdirSync(directory, { recursive: true })
  const services = Array.from({ length: count }, (_, index) => `  s${index}:\n    image: ${image}\n    command: [sleep, "1000"]\n`)
  writeFileSync(join(directory, 'compose.yaml'), `services:\n${services.join('')}`)
  return directory
}

/** Services, and the ratios we promise with the project in the cache and without. */
const configTargets = [
  [1, 1.2, 2.5],
  [100, 0.9, 2],
  [500, 0.4, 1.5],
  [1000, 0.3, 1.5],
] as const

export function scenarios(root: string): readonly Scenario[] {
  const measured = (peer: Peer, directory: string, ...args: readonly string[]): number => time(peer.compose(directory, ...args))
  const inTen = (verb: readonly string[]) => (peer: Peer) => {
    const directory = writeIndependent(root, peer, 10)
    measured(peer, directory, 'up', '-d')
    const elapsed = measured(peer, directory, ...verb)
    measured(peer, directory, 'down', '-t', '0')
    return elapsed
  }
  /** A file that was never read before is in no cache. */
  const config = (count: number, cached: boolean) => (peer: Peer) => {
    const directory = writeIndependent(root, peer, count)
    if (cached) measured(peer, directory, 'config', '-q')
    else appendFileSync(join(directory, 'compose.yaml'), `# ${process.hrtime.bigint()}\n`)
    return measured(peer, directory, 'config', '-q')
  }
  const configs = configTargets.flatMap(([count, warm, cold]): readonly Scenario[] => [
    { name: `config -q, ${count} services`, target: warm, run: config(count, true) },
    { name: `config -q, ${count}, not cached`, target: cold, run: config(count, false) },
  ])
  return [...configs, { name: 'exec true', run: inTen(['exec', '-T', 's0', 'true']) }]
}
