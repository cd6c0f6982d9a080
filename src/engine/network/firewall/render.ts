import { sha256 } from '../../../base/hash.ts'
import type { IpFamily } from '../../../base/ip.ts'
import type { FirewallRule, FirewallTable } from './driver.ts'

/* Rules as iptables-restore text, and what iptables-save says as rules. No effects. */

const mark = 'tscompose:'
const tables: readonly FirewallTable[] = ['raw', 'nat', 'filter']

/** The way from the kernel's chains into ours; there while any rule of ours is. */
const hooks: readonly { readonly table: FirewallTable; readonly chain: string; readonly spec: (family: IpFamily) => string }[] = [
  { table: 'raw', chain: 'PREROUTING', spec: () => '! -i lo -j TSC-RAW' },
  // Remote packets must not reach a port published on a loopback address.
  { table: 'nat', chain: 'PREROUTING', spec: (family) => `! -d ${loopback(family)} -m addrtype --dst-type LOCAL -j TSC-DNAT` },
  // IPv6 has no route_localnet, so ::1 is served by the proxy instead.
  { table: 'nat', chain: 'OUTPUT', spec: (family) => `${family === 6 ? '! -d ::1/128 ' : ''}-m addrtype --dst-type LOCAL -j TSC-DNAT` },
  { table: 'nat', chain: 'POSTROUTING', spec: () => '-j TSC-MASQ' },
  { table: 'filter', chain: 'FORWARD', spec: () => '-j TSC-FORWARD' },
  { table: 'filter', chain: 'TSC-FORWARD', spec: () => '-j TSC-CT' },
  { table: 'filter', chain: 'TSC-FORWARD', spec: () => '-j TSC-PORTS' },
  { table: 'filter', chain: 'TSC-FORWARD', spec: () => '-j TSC-ISOLATE' },
  { table: 'filter', chain: 'TSC-FORWARD', spec: () => '-j TSC-OUT' },
]

const ownChains: Readonly<Record<FirewallTable, readonly string[]>> = {
  raw: ['TSC-RAW'],
  nat: ['TSC-DNAT', 'TSC-MASQ'],
  filter: ['TSC-FORWARD', 'TSC-CT', 'TSC-PORTS', 'TSC-ISOLATE', 'TSC-OUT'],
}

/** A rule with its place, known to the kernel by a comment that holds `key`. */
export interface PlacedRule {
  readonly key: string
  readonly table: FirewallTable
  readonly chain: string
  /** Without the comment. */
  readonly spec: string
}

/** What the kernel has of ours, and what of others' matters to us. */
export interface KernelRules {
  /** Our rules by key; the line is what iptables-save printed, starting with `-A`. */
  readonly rules: ReadonlyMap<string, { readonly table: FirewallTable; readonly line: string }>
  readonly chains: ReadonlySet<string>
  readonly forwardPolicy: 'ACCEPT' | 'DROP' | undefined
  /** Administrators put their own rules into this chain of docker's; they hold for us too. */
  readonly dockerUser: boolean
  /** Rules in FORWARD that are not ours. */
  readonly foreignForward: boolean
}

export const emptyKernel: KernelRules = {
  rules: new Map(),
  chains: new Set(),
  forwardPolicy: undefined,
  dockerUser: false,
  foreignForward: false,
}

/** All rules wanted in one address family, hooks first; empty where nobody wants any. */
export function placeRules(rules: readonly FirewallRule[], family: IpFamily, dockerUser: boolean): ReadonlyMap<string, PlacedRule> {
  const own = rules.filter((rule) => rule.family === family)
  if (own.length === 0) return new Map()
  const user = dockerUser ? [{ table: 'filter' as const, chain: 'TSC-FORWARD', spec: '-j DOCKER-USER' }] : []
  const base = hooks.map((hook) => ({ table: hook.table, chain: hook.chain, spec: hook.spec(family) }))
  const placed = [...user, ...base, ...own].map(({ table, chain, spec }) => ({ key: ruleKey(table, chain, spec), table, chain, spec }))
  return new Map(placed.map((rule) => [rule.key, rule]))
}

function ruleKey(table: string, chain: string, spec: string): string {
  return sha256(`${table} ${chain} ${spec}`).slice(0, 12)
}

/**
 * The text for `iptables-restore --noflush` that turns `kernel` into `wanted`; '' where they are equal.
 * Chains are named only where they are made: naming an existing one would empty it.
 */
export function renderChange(
  wanted: ReadonlyMap<string, PlacedRule>,
  kernel: KernelRules,
  forwardPolicy: 'ACCEPT' | 'DROP' | undefined,
): string {
  return tables.map((table) => renderTable(table, { wanted, kernel, forwardPolicy })).join('')
}

interface Change {
  readonly wanted: ReadonlyMap<string, PlacedRule>
  readonly kernel: KernelRules
  readonly forwardPolicy: 'ACCEPT' | 'DROP' | undefined
}

function renderTable(table: FirewallTable, { wanted, kernel, forwardPolicy }: Change): string {
  const chains = ownChains[table]
  const present = chains.filter((chain) => kernel.chains.has(`${table} ${chain}`))
  const removed = [...kernel.rules].filter(([key, rule]) => rule.table === table && !wanted.has(key))
  const added = [...wanted.values()].filter((rule) => rule.table === table && !kernel.rules.has(rule.key))
  const keep = [...wanted.values()].some((rule) => rule.table === table)
  const policy = table === 'filter' && forwardPolicy !== undefined && forwardPolicy !== kernel.forwardPolicy
  const lines = [
    ...(policy ? [`:FORWARD ${forwardPolicy} [0:0]`] : []),
    ...(keep ? chains.filter((chain) => !present.includes(chain)).map((chain) => `:${chain} - [0:0]`) : []),
    ...removed.map(([, rule]) => `-D${rule.line.slice(2)}`),
    ...added.map(addLine),
    ...(keep ? [] : [...present.map((chain) => `-F ${chain}`), ...present.map((chain) => `-X ${chain}`)]),
  ]
  return lines.length === 0 ? '' : `*${table}\n${lines.join('\n')}\nCOMMIT\n`
}

/** Hooks come before what others have in the kernel's chains, and DOCKER-USER before everything of ours. */
function addLine(rule: PlacedRule): string {
  const first = !rule.chain.startsWith('TSC-') || rule.spec === '-j DOCKER-USER'
  const [matches, target] = splitTarget(rule.spec)
  return `${first ? '-I' : '-A'} ${rule.chain}${first ? ' 1' : ''} ${matches}-m comment --comment ${mark}${rule.key} ${target}`
}

function splitTarget(spec: string): readonly [string, string] {
  const at = spec.indexOf('-j ')
  return [spec.slice(0, at), spec.slice(at)]
}

/** Reads iptables-save text. */
export function parseSave(text: string): KernelRules {
  const rules = new Map<string, { table: FirewallTable; line: string }>()
  const chains = new Set<string>()
  let table = ''
  let forwardPolicy: KernelRules['forwardPolicy']
  let foreignForward = false
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1)
    else if (line.startsWith(':')) {
      const [chain = '', policy] = line.slice(1).split(' ')
      chains.add(`${table} ${chain}`)
      if (table === 'filter' && chain === 'FORWARD') forwardPolicy = policy === 'DROP' ? 'DROP' : 'ACCEPT'
    } else if (line.startsWith('-A ')) {
      const key = /--comment "?tscompose:([0-9a-f]{12})"?/.exec(line)?.[1]
      if (key !== undefined && isTable(table)) rules.set(key, { table, line })
      else if (table === 'filter' && line.startsWith('-A FORWARD ')) foreignForward = true
    }
  }
  return { rules, chains, forwardPolicy, dockerUser: chains.has('filter DOCKER-USER'), foreignForward }
}

function isTable(name: string): name is FirewallTable {
  return tables.some((table) => table === name)
}

/** What the kernel has after a change was applied. */
export function afterChange(
  wanted: ReadonlyMap<string, PlacedRule>,
  kernel: KernelRules,
  forwardPolicy: KernelRules['forwardPolicy'],
): KernelRules {
  const rules = new Map(
    [...wanted.values()].map((rule) => [
      rule.key,
      kernel.rules.get(rule.key) ?? { table: rule.table, line: addLine(rule).replace(/^-I (\S+) 1/, '-A $1') },
    ]),
  )
  const used = new Set([...wanted.values()].map((rule) => rule.table))
  const foreign = [...kernel.chains].filter((chain) => !chain.includes(' TSC-'))
  const own = tables.filter((table) => used.has(table)).flatMap((table) => ownChains[table].map((chain) => `${table} ${chain}`))
  return { ...kernel, rules, chains: new Set([...foreign, ...own]), forwardPolicy: forwardPolicy ?? kernel.forwardPolicy }
}

function loopback(family: IpFamily): string {
  return family === 4 ? '127.0.0.0/8' : '::1/128'
}
