import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { time } from './measure.ts'
import type { Peer } from './peers.ts'
import { image, type Series, writeIndependent } from './scenarios.ts'

/*
 * Whole projects: many services side by side, and a chain in which each waits until the one before is healthy.
 */

const chainLength = 10

/** Each service is healthy with its first probe; both engines look every 100 ms. */
function writeChain(root: string, peer: Peer): string {
  const directory = join(root, `${peer.name.replaceAll(' ', '-')}-chain`)
  mkdirSync(directory, { recursive: true })
  const service = (index: number): string => {
    const waits = index === 0 ? '' : `    depends_on: { s${index - 1}: { condition: service_healthy } }\n`
    const health = '{ test: [CMD, "true"], interval: 5s, timeout: 5s, start_period: 20s, start_interval: 100ms }'
    return `  s${index}:\n    image: ${image}\n    command: [sleep, "1000"]\n    healthcheck: ${health}\n${waits}`
  }
  const services = Array.from({ length: chainLength }, (_, index) => service(index))
  writeFileSync(join(directory, 'compose.yaml'), `services:\n${services.join('')}`)
  return directory
}

const measured = (peer: Peer, directory: string, ...args: readonly string[]): number => time(peer.compose(directory, ...args))

/** A life of `count` services: each step is a figure, so that nothing is started only to be measured once. */
function life(root: string, count: number, targets: { readonly noop?: number; readonly ps?: number }): Series {
  return {
    figures: [
      { name: `up -d, ${count} services`, target: 0.25 },
      { name: `up -d again, ${count} services`, ...(targets.noop === undefined ? {} : { target: targets.noop }) },
      { name: `ps, ${count} services`, ...(targets.ps === undefined ? {} : { target: targets.ps }) },
      { name: `down -t 0, ${count} services`, target: 0.25 },
    ],
    run: (peer) => {
      const directory = writeIndependent(root, peer, count)
      return [['up', '-d'], ['up', '-d'], ['ps'], ['down', '-t', '0']].map((verb) => measured(peer, directory, ...verb))
    },
  }
}

function chain(root: string): Series {
  return {
    figures: [{ name: `up -d, chain of ${chainLength}, healthy`, target: 0.3 }],
    run: (peer) => {
      const directory = writeChain(root, peer)
      const elapsed = measured(peer, directory, 'up', '-d')
      measured(peer, directory, 'down', '-t', '0')
      return [elapsed]
    },
  }
}

export function convergeSeries(root: string): readonly Series[] {
  return [life(root, 10, { noop: 1, ps: 1 }), chain(root), life(root, 50, {}), life(root, 100, { noop: 0.5, ps: 1 })]
}
