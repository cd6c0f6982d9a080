import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IpFamily } from '../../base/ip.ts'
import type { FirewallDriver } from './firewall/driver.ts'
import { readSysctl, writeSysctl } from './sysctl.ts'

const switches: Readonly<Record<IpFamily, string>> = { 4: 'net/ipv4/ip_forward', 6: 'net/ipv6/conf/all/forwarding' }

/**
 * Makes the host pass packets between links while there are networks. Where it did not before, it now drops what nobody
 * allowed, so that the host does not become a router for its neighbours; both are put back with the last network.
 */
export interface Forwarding {
  /** Before the network's rules are set: what passes without a rule is to be dropped with them. */
  prepare(family: IpFamily): void
  /** After its rules are set: packets may pass. */
  enable(family: IpFamily): void
  /** The last network of the family is gone. Call before the last rules go. */
  disable(family: IpFamily): void
  /** After a restart: knows again what an earlier engine switched on. */
  restore(): void
}

export function createForwarding({ directory, firewall }: { readonly directory: string; readonly firewall: FirewallDriver }): Forwarding {
  const marker = (family: IpFamily): string => join(directory, `forwarding-ipv${family}`)
  return {
    prepare: (family) => {
      if (readSysctl(switches[family]) === '1') return
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      writeFileSync(marker(family), '')
      firewall.setForwardDrop(family, true)
    },
    enable: (family) => {
      if (readSysctl(switches[family]) !== '1') writeSysctl(switches[family], '1')
    },
    disable: (family) => {
      if (!existsSync(marker(family))) return
      writeSysctl(switches[family], '0')
      firewall.setForwardDrop(family, false)
      rmSync(marker(family), { force: true })
    },
    restore: () => {
      for (const family of [4, 6] as const) if (existsSync(marker(family))) firewall.setForwardDrop(family, true)
    },
  }
}
