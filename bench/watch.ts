import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spread, time } from './measure.ts'
import type { Peer } from './peers.ts'
import { image, type Series } from './scenarios.ts'

/*
 * From write() on the host to the new bytes being readable inside the container, which is looked at through the root
 * directory of its process. Both sides are asked in the same way, half a millisecond apart.
 */

const samples = 200
const manyFiles = 1000
const ignoredFiles = 50_000
const idleMs = 8000
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
    writeFileSync(join(host, 'file'), content)
    const began = performance.now()
    waitFor(content, () => contentOf(join(inside, 'file')) === content)
    const elapsed = performance.now() - began
    // Saves come one after another, not one on top of another.
    pause(30)
    return elapsed
  })
}

/** From the last write() to the last of all files being there. */
function manyAtOnce(host: string, inside: string): number {
  mkdirSync(join(host, 'many'))
  for (let index = 0; index < manyFiles; index++) writeFileSync(join(host, 'many', `f${index}`), `content ${index}`)
  const began = performance.now()
  const isThere = (index: number): boolean => contentOf(join(inside, 'many', `f${index}`)) === `content ${index}`
  let next = 0
  waitFor(`${manyFiles} files`, () => {
    while (next < manyFiles && isThere(next)) next++
    return next === manyFiles
  })
  return performance.now() - began
}

/** Processor time so far in milliseconds and memory in MB (a page that n processes share counts as 1/n) of a process and its children. */
function usageOf(pid: number): { readonly cpuMs: number; readonly memoryMb: number } {
  const children = (contentOf(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter((child) => child !== '')
  const [, fields = ''] = contentOf(`/proc/${pid}/stat`)?.split(') ') ?? []
  const [user, system] = fields.split(' ').slice(11, 13).map(Number)
  const pss = Number(/^Pss:\s+(\d+)/m.exec(contentOf(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0)
  const own = { cpuMs: ((user ?? 0) + (system ?? 0)) * 10, memoryMb: pss / 1024 }
  return children
    .map((child) => usageOf(Number(child)))
    .reduce((sum, each) => ({ cpuMs: sum.cpuMs + each.cpuMs, memoryMb: sum.memoryMb + each.memoryMb }), own)
}

/** A project under watch and the means to look at it. */
interface Watched {
  readonly host: string
  /** Where the files arrive, seen from here. */
  readonly inside: string
  readonly pid: number
}

function withWatch<T>(root: string, peer: Peer, host: string, measure: (watched: Watched) => T): T {
  const directory = mkdtempSync(join(root, `${peer.name.replaceAll(' ', '-')}-watch-`))
  const marker = String(100_000 + Math.floor(Math.random() * 900_000))
  const rule = `{ path: ${host}, action: sync, target: /srv, ignore: [node_modules/] }`
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
    return measure({ host, inside: join(rootOf(marker), 'srv'), pid: watch.pid ?? 0 })
  } finally {
    watch.kill('SIGKILL')
    time(peer.compose(directory, 'down', '-t', '0'))
  }
}

function measureLatency(root: string, peer: Peer): readonly number[] {
  const measure = ({ host, inside }: Watched): readonly number[] => {
    const sorted = [...oneFile(host, inside)].sort((a, b) => a - b)
    const p99 = sorted[Math.ceil(samples * 0.99) - 1] ?? Number.NaN
    return [spread(sorted).median, p99, manyAtOnce(host, inside)]
  }
  return withWatch(root, peer, mkdtempSync(join(root, 'src-')), measure)
}

/** Per cent of a processor, and MB more than without the ignored files. */
function measureIdle(root: string, peer: Peer): readonly number[] {
  const idle = ({ pid }: Watched): { readonly cpu: number; readonly memoryMb: number } => {
    const before = usageOf(pid)
    pause(idleMs)
    const after = usageOf(pid)
    return { cpu: ((after.cpuMs - before.cpuMs) / idleMs) * 100, memoryMb: after.memoryMb }
  }
  const plain = withWatch(root, peer, mkdtempSync(join(root, 'src-')), idle)
  const withModules = withWatch(root, peer, ignoredTree(root), idle)
  return [withModules.cpu, Math.max(0, withModules.memoryMb - plain.memoryMb)]
}

/** Made once for all rounds. */
function ignoredTree(root: string): string {
  const host = join(root, 'src-with-modules')
  if (existsSync(host)) return host
  const perDirectory = 50
  for (let index = 0; index < ignoredFiles / perDirectory; index++) {
    const directory = join(host, 'node_modules', `package${index}`, 'lib')
    mkdirSync(directory, { recursive: true })
    for (let file = 0; file < perDirectory; file++) writeFileSync(join(directory, `f${file}.js`), '')
  }
  return host
}

export function watchSeries(root: string): readonly Series[] {
  return [
    {
      figures: [
        { name: `watch, one file, p50 of ${samples}`, target: 0.1, limit: 15 },
        { name: `watch, one file, p99 of ${samples}`, target: 0.1, limit: 60 },
        { name: `watch, ${manyFiles} files`, target: 0.1, limit: 1000 },
      ],
      run: (peer) => measureLatency(root, peer),
    },
    {
      figures: [
        { name: 'idle watch, 50k ignored: cpu %', limit: 1 },
        { name: 'idle watch, 50k ignored: +MB', limit: 30 },
      ],
      run: (peer) => measureIdle(root, peer),
    },
  ]
}
