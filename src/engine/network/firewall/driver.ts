import type { IpFamily } from '../../../base/ip.ts'

export type FirewallTable = 'raw' | 'nat' | 'filter'

/** Our own chains. The rules of one chain do not depend on their order. */
export type FirewallChain = 'TSC-RAW' | 'TSC-DNAT' | 'TSC-MASQ' | 'TSC-CT' | 'TSC-PORTS' | 'TSC-ISOLATE' | 'TSC-OUT'

/** One rule as data; `spec` is its matches and target in iptables' words. */
export interface FirewallRule {
  readonly family: IpFamily
  readonly table: FirewallTable
  readonly chain: FirewallChain
  readonly spec: string
}

/** Keeps the kernel's packet filter equal to what the owners want. */
export interface FirewallDriver {
  readonly name: string
  /**
   * Sets the rules of one owner (a network, a container) to exactly these; none takes them away. Resolves when the kernel
   * has them. Calls made close together share one transaction. Our chains go with the last rule.
   */
  set(owner: string, rules: readonly FirewallRule[]): Promise<void>
  /**
   * Takes the rules of an owner away without hurry: with the next transaction, or one of its own soon. Resolves then.
   * Taking rules out costs the kernel 30 ms and more, whatever their number.
   */
  release(owner: string): Promise<void>
  /** After a restart: these owners and nobody else, compared with what the kernel has; only differences are changed. */
  restore(owners: ReadonlyMap<string, readonly FirewallRule[]>): Promise<void>
  /** Whether what nobody allowed to pass between links is dropped (the policy of FORWARD). Part of the next transaction. */
  setForwardDrop(family: IpFamily, drop: boolean | undefined): void
  /** Puts back what others took out of the kernel. Changes nothing where nothing is missing. */
  heal(): Promise<void>
  /** The same, where the kernel counts changes and there were some that are not ours: cheap enough for every second. */
  healIfChanged(): Promise<void>
  /** Finishes what was asked for. */
  close(): Promise<void>
}
