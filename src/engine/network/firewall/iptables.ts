import { TscomposeError } from '../../../base/errors.ts'
import type { IpFamily } from '../../../base/ip.ts'
import type { FirewallDriver, FirewallRule } from './driver.ts'
import { afterChange, emptyKernel, type KernelRules, parseSave, placeRules, renderChange } from './render.ts'

/** Runs one of the iptables programs: `input` on its standard input, its standard output back. Rejects with its message. */
export type RunIptables = (command: string, args: readonly string[], input: string) => Promise<string>

interface FamilyState {
  readonly family: IpFamily
  /** undefined: not read yet. */
  kernel: KernelRules | undefined
  forwardDrop: boolean | undefined
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const programs: Readonly<Record<IpFamily, { readonly save: string; readonly restore: string }>> = {
  4: { save: 'iptables-save', restore: 'iptables-restore' },
  6: { save: 'ip6tables-save', restore: 'ip6tables-restore' },
}

/**
 * Firewall driver over iptables-restore (legacy or nft). What the kernel has is read once and then remembered; when a
 * transaction fails because somebody changed our rules, it is read again and the difference applied.
 */
export function createIptablesDriver({
  run,
  generation = () => undefined,
  gatherMs = 2,
  releaseMs = 40,
}: {
  readonly run: RunIptables
  /** The kernel's count of changes; undefined where it keeps none (legacy iptables). */
  readonly generation?: () => number | undefined
  /** How long a transaction waits for more calls. */
  readonly gatherMs?: number
  /** The same where rules only go. */
  readonly releaseMs?: number
}): FirewallDriver {
  const owners = new Map<string, readonly FirewallRule[]>()
  const families: readonly FamilyState[] = [newFamily(4), newFamily(6)]
  let waiting: Waiter[] = []
  let timer: { readonly handle: NodeJS.Timeout; readonly due: number } | undefined
  let running: Promise<void> | undefined
  /** After our last transaction; a change of somebody else's during it is found by the next `heal`. */
  let seen: number | undefined

  /** One transaction for all calls that came since the last one began. */
  const flush = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    try {
      await Promise.all(families.map((state) => applyFamily(state, [...owners.values()].flat(), run)))
      for (const waiter of batch) waiter.resolve()
    } catch (error) {
      for (const waiter of batch) waiter.reject(error)
    }
    seen = generation()
  }
  const start = (): void => {
    timer = undefined
    running = flush().finally(() => {
      running = undefined
      if (waiting.length > 0) schedule(gatherMs)
    })
  }
  const schedule = (delay: number): void => {
    if (running !== undefined) return
    const due = performance.now() + delay
    if (timer !== undefined && timer.due <= due) return
    if (timer !== undefined) clearTimeout(timer.handle)
    timer = { handle: setTimeout(start, delay), due }
  }
  const change = (delay: number = gatherMs): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      schedule(delay)
    })
  const forget = (): void => {
    for (const state of families) state.kernel = undefined
  }

  const heal = async (): Promise<void> => {
    if (owners.size === 0) return
    forget()
    await change()
  }

  return {
    name: 'iptables',
    set: async (owner, rules) => {
      const before = owners.get(owner)
      if (rules.length === 0) owners.delete(owner)
      else owners.set(owner, rules)
      if (rules.length === 0 && before === undefined) return
      try {
        await change()
      } catch (error) {
        // Nobody must find rules of a failed call in the kernel later: the next transaction leaves them out.
        if (owners.get(owner) === rules) owners.delete(owner)
        throw error
      }
    },
    restore: async (wanted) => {
      owners.clear()
      for (const [owner, rules] of wanted) owners.set(owner, rules)
      forget()
      await change()
    },
    setForwardDrop: (family, drop) => {
      for (const state of families) if (state.family === family) state.forwardDrop = drop
    },
    heal,
    healIfChanged: async () => {
      if (waiting.length === 0 && running === undefined && generation() !== seen) await heal()
    },
    release: async (owner) => {
      if (owners.delete(owner)) await change(releaseMs)
    },
    close: async () => {
      while (waiting.length > 0 || running !== undefined) {
        if (timer !== undefined) {
          clearTimeout(timer.handle)
          start()
        }
        await running
      }
    },
  }
}

function newFamily(family: IpFamily): FamilyState {
  return { family, kernel: undefined, forwardDrop: undefined }
}

async function applyFamily(state: FamilyState, rules: readonly FirewallRule[], run: RunIptables): Promise<void> {
  const needed = rules.some((rule) => rule.family === state.family)
  // IPv6 rules are rare: no process is started for a family that has none and never had any.
  if (!needed && state.family === 6 && state.kernel === undefined) return
  const known = state.kernel !== undefined
  state.kernel ??= await readKernel(state.family, run)
  try {
    await applyDifference(state, rules, run)
  } catch (error) {
    if (!known) throw firewallError(error)
    state.kernel = await readKernel(state.family, run)
    await applyDifference(state, rules, run).catch((second: unknown) => {
      state.kernel = undefined
      throw firewallError(second)
    })
  }
}

async function applyDifference(state: FamilyState, rules: readonly FirewallRule[], run: RunIptables): Promise<void> {
  const kernel = state.kernel ?? emptyKernel
  const wanted = placeRules(rules, state.family, kernel.dockerUser)
  const policy = forwardPolicy(state)
  const text = renderChange(wanted, kernel, policy)
  if (text !== '') await run(programs[state.family].restore, ['--noflush', '-w', '10'], text)
  state.kernel = afterChange(wanted, kernel, policy)
  // Once it is open again the policy is the administrator's. One asked for while this ran waits for the next transaction.
  if (policy === 'ACCEPT' && state.forwardDrop === false) state.forwardDrop = undefined
}

function forwardPolicy(state: FamilyState): 'ACCEPT' | 'DROP' | undefined {
  if (state.forwardDrop === undefined) return undefined
  return state.forwardDrop ? 'DROP' : 'ACCEPT'
}

async function readKernel(family: IpFamily, run: RunIptables): Promise<KernelRules> {
  return parseSave(await run(programs[family].save, [], ''))
}

function firewallError(error: unknown): unknown {
  if (error instanceof TscomposeError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new TscomposeError('unavailable', 'FIREWALL_FAILED', `cannot change the packet filter: ${message}`, {
    hint: 'run tscompose doctor; the iptables program and the kernel modules ip_tables or nf_tables are needed',
    cause: error,
  })
}
