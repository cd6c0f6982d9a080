import { TscomposeError } from '../../base/errors.ts'
import { type IpFamily, parseIp } from '../../base/ip.ts'
import type { NetworkSpec } from '../api.ts'

/** Driver options of a bridge network, read. */
export interface BridgeOptions {
  readonly bridgeName: string | undefined
  readonly mtu: number | undefined
  readonly icc: boolean
  readonly masquerade: boolean
  /** Where ports without an address of their own are published. */
  readonly hostBinding: string | undefined
  readonly sourceAddress: Readonly<Record<IpFamily, string | undefined>>
  readonly routed: Readonly<Record<IpFamily, boolean>>
}

const prefix = 'com.docker.network.bridge.'

/** Reads docker's bridge options. Throws `invalid` INVALID_NETWORK_OPTION naming the option; unknown ones are ignored. */
export function readBridgeOptions(spec: NetworkSpec): BridgeOptions {
  const options = spec.driverOptions ?? {}
  const fail = (key: string, wanted: string): TscomposeError =>
    new TscomposeError('invalid', 'INVALID_NETWORK_OPTION', `network ${spec.name}: ${key}=${options[key] ?? ''} is not ${wanted}`)
  const flag = (key: string, fallback: boolean): boolean => {
    const text = options[key]
    if (text === undefined) return fallback
    if (/^(true|1|t)$/i.test(text)) return true
    if (/^(false|0|f)$/i.test(text)) return false
    throw fail(key, 'true or false')
  }
  const address = (key: string): string | undefined => {
    const text = options[key]
    if (text !== undefined && parseIp(text) === undefined) throw fail(key, 'an IP address')
    return text
  }
  const routed = (key: string): boolean => ['routed', 'nat-unprotected'].includes(options[key] ?? '')
  const mtu = options['com.docker.network.driver.mtu']
  if (mtu !== undefined && !/^\d{2,5}$/.test(mtu)) throw fail('com.docker.network.driver.mtu', 'a number of bytes')
  const bridgeName = options[`${prefix}name`]
  if (bridgeName !== undefined && !/^[^\s/]{1,15}$/.test(bridgeName)) throw fail(`${prefix}name`, 'a link name of at most 15 characters')
  return {
    bridgeName,
    mtu: mtu === undefined ? undefined : Number(mtu),
    icc: flag(`${prefix}enable_icc`, true),
    masquerade: flag(`${prefix}enable_ip_masquerade`, true),
    hostBinding: address(`${prefix}host_binding_ipv4`),
    sourceAddress: { 4: address('com.docker.network.host_ipv4'), 6: address('com.docker.network.host_ipv6') },
    routed: { 4: routed(`${prefix}gateway_mode_ipv4`), 6: routed(`${prefix}gateway_mode_ipv6`) },
  }
}
