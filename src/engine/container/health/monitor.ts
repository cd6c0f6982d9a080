import { readFileSync } from 'node:fs'
import { groupPids } from '../../../sys/cgroup/group.ts'
import type { HealthProbe } from '../../api.ts'
import { type ContainerDeps, emitContainer } from '../deps.ts'
import type { Entry } from '../entry.ts'
import { type ExecSession, type NextNumber, startExec } from '../exec.ts'
import { containerPlaces } from '../places.ts'
import type { HealthPlan } from './config.ts'
import { judge, nextProbeDelay } from './judge.ts'
import { probeRemotely } from './remote-probe.ts'
import { saveHealth } from './saved.ts'

const outputCap = 4096

/**
 * Checks a running container until stopped. The pauses run from the end of one probe to the start of the next, also where
 * that was before the engine's own start.
 */
export function monitorHealth(
  deps: ContainerDeps,
  entry: Entry,
  { plan, nextNumber }: { readonly plan: HealthPlan; readonly nextNumber: NextNumber },
): () => void {
  const begun = deps.clock.monotonic() - Math.max(0, deps.clock.now() - entry.record.state.startedAt)
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const inStartPeriod = (): boolean => deps.clock.monotonic() - begun < plan.startPeriodMs
  const schedule = (sinceLastMs = 0): void => {
    const pause = nextProbeDelay(entry.health.status, { plan, inStartPeriod: inStartPeriod() })
    timer = setTimeout(() => void round(), Math.max(0, pause - sinceLastMs))
    timer.unref()
  }
  const round = async (): Promise<void> => {
    const counts = !inStartPeriod()
    // A frozen container cannot answer; that says nothing about its health.
    if (entry.record.state.status === 'running') {
      const probe = await runProbe(deps, entry, { plan, number: nextNumber() })
      if (stopped) return
      report(deps, entry, judge(entry.health, probe, { plan, inStartPeriod: !counts }))
    }
    if (!stopped) schedule()
  }
  const last = entry.health.log.at(-1)
  schedule(last === undefined ? 0 : Math.max(0, deps.clock.now() - last.end))
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

function report(deps: ContainerDeps, entry: Entry, health: Entry['health']): void {
  const changed = health.status !== entry.health.status
  entry.health = health
  const { process } = entry.record.state
  if (process !== undefined) saveHealth(containerPlaces(deps.paths, entry.record.id).health, process, health)
  deps.store.touch(entry)
  if (changed) emitContainer(deps, entry.record, `health_status: ${health.status}`)
}

/** One probe: its code, or -1 where it could not be run or took too long (it is killed then, with its children). */
async function runProbe(
  deps: ContainerDeps,
  entry: Entry,
  { plan, number }: { readonly plan: HealthPlan; readonly number: number },
): Promise<HealthProbe> {
  const start = deps.clock.now()
  const probe = (exitCode: number, output: string): HealthProbe => ({ start, end: deps.clock.now(), exitCode, output })
  try {
    if (plan.remote !== undefined) {
      const { exitCode, output } = await probeRemotely(deps, entry, { probe: plan.remote, timeoutMs: plan.timeoutMs })
      return probe(exitCode, output)
    }
    const session = startExec(deps, entry, { process: { args: plan.args }, stdio: ['ignore', 'pipe', 'pipe'], number })
    const output = collectOutput(session)
    const late = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => late.resolve('late'), plan.timeoutMs)
    const result = await Promise.race([session.ended, late.promise])
    clearTimeout(timer)
    if (result !== 'late') return probe(result.exitCode, output())
    killProbe(deps, entry, session)
    await session.ended
    return probe(-1, `Health check exceeded timeout (${plan.timeoutMs / 1000}s)${output() === '' ? '' : `: ${output()}`}`)
  } catch (error) {
    return probe(-1, error instanceof Error ? error.message : String(error))
  }
}

/** Keeps the beginning; the rest is read and dropped, so that the probe does not hang on a full pipe. */
function collectOutput({ child }: ExecSession): () => string {
  const chunks: Buffer[] = []
  let size = 0
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (size < outputCap) chunks.push(chunk.subarray(0, outputCap - size))
      size += chunk.length
    })
  }
  return () => Buffer.concat(chunks).toString('utf8')
}

/** Kills the probe, everything it started, and the runtime's waiting process. */
function killProbe(deps: ContainerDeps, entry: Entry, session: ExecSession): void {
  const pid = session.pid()
  if (pid !== undefined) for (const each of descendants(pid, groupPids(deps.cgroups, entry.record.cgroup))) kill(each)
  session.child.kill('SIGKILL')
}

/** The process and all below it, by parent and by session: what lost its parent still has the session of the probe. */
function descendants(root: number, candidates: readonly number[]): readonly number[] {
  const stats = candidates.map((pid) => ({ pid, ...readFamily(pid) }))
  const found = new Set([root])
  for (let grown = true; grown; ) {
    const more = stats.filter(({ pid, parent, session }) => !found.has(pid) && (found.has(parent) || session === root))
    for (const { pid } of more) found.add(pid)
    grown = more.length > 0
  }
  return [...found]
}

function readFamily(pid: number): { readonly parent: number; readonly session: number } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, parent, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(parent), session: Number(session) }
  } catch {
    return { parent: 0, session: 0 }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended in the meantime.
  }
}
