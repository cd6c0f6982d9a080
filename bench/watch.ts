import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spread, time } from './measure.ts'
import type { Peer } from './peers.ts'
import { image, type Series } from './scenarios.ts'

/*
 * From write() on the host to the new bytes being readable inside the container, which is looked at through the root
 * directory of its process. Both sides are asked in the same way, half a millisecond apart.
 */

const samples = 50
const manyFiles = 1000
const patienceMs = 30_000

const sleeper = new Int32Array(new SharedArrayBuffer(4))
const pause = (milliseconds: number): void => void Atomics.wait(sleeper, 0, 0, milliseconds)

function waitFor(what: string, condition: () => boolean): void {
  const deadline = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`${what} never came`)
    pause(0.5)
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Root directory of the process `sleep <marker>`, in whatever namespaces it is. */
function rootOf(marker: string): string {
  const pid = readdirSync('/proc').find((name) => contentOf(`/proc/${name}/cmdline`) === `sleep\0${marker}\0`)
  if (pid === undefined) throw new Error('the container does not run')
  return `/proc/${pid}/root`
}

/** Milliseconds until a write is there, for one file again and again. */
function oneFile(host: string, inside: string): readonly number[] {
  return Array.from({ length: samples }, (_, index) => {
    const content = `content ${index}`
    const began = performance.now()
    writeFileSync(join(host, 'file'), content)
    waitFor(content, () => contentOf(join(inside, 'file')) === content)
    const elapsed = performance.now() - began
    // Saves come one after another, not one on top of another.
    pause(100)
    return elapsed
  })
}

function manyAtOnce(host: string, inside: string): number {
  mkdirSync(join(host, 'many'))
  const began = performance.now()
  for (let index = 0; index < manyFiles; index++) writeFileSync(join(host, 'many', `f${index}`), `content ${index}`)
  const isThere = (index: number): boolean => contentOf(join(inside, 'many', `f${index}`)) === `content ${index}`
  let next = 0
  waitFor(`${manyFiles} files`, () => {
    while (next < manyFiles && isThere(next)) next++
    return next === manyFiles
  })
  return performance.now() - began
}

function measureWatch(root: string, peer: Peer): readonly number[] {
  const directory = mkdtempSync(join(root, `${peer.name.replaceAll(' ', '-')}-watch-`))
  const host = join(directory, 'src')
  const marker = String(100_000 + Math.floor(Math.random() * 900_000))
  mkdirSync(host)
  const rule = '{ path: ./src, action: sync, target: /srv }'
  writeFileSync(
    join(directory, 'compose.yaml'),
    `services:\n  app:\n    image: ${image}\n    command: [sleep, "${marker}"]\n    develop: { watch: [${rule}] }\n`,
  )
  time(peer.compose(directory, 'up', '-d'))
  const log = openSync(join(directory, 'log'), 'w')
  const { argv, cwd } = peer.compose(directory, 'watch', '--no-up')
  const [program = '', ...args] = argv
  const watch = spawn(program, args, { cwd, stdio: ['ignore', log, log] })
  closeSync(log)
  try {
    waitFor('the watch', () => contentOf(join(directory, 'log'))?.includes('Watch enabled') === true)
    // It says so before everything is watched.
    pause(1000)
    const inside = join(rootOf(marker), 'srv')
    const sorted = [...oneFile(host, inside)].sort((a, b) => a - b)
    return [spread(sorted).median, sorted.at(-1) ?? Number.NaN, manyAtOnce(host, inside)]
  } finally {
    watch.kill('SIGKILL')
    time(peer.compose(directory, 'down', '-t', '0'))
  }
}

export function watchSeries(root: string): Series {
  return {
    figures: [
      { name: `watch, one file, p50 of ${samples}`, target: 0.1 },
      { name: `watch, one file, slowest of ${samples}`, target: 0.1 },
      { name: `watch, ${manyFiles} files`, target: 1 },
    ],
    run: (peer) => measureWatch(root, peer),
  }
}
