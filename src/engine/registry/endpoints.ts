import { readFile } from 'node:fs/promises'
import { BlockList, isIP } from 'node:net'
import { hasErrno, TscomposeError } from '../../base/errors.ts'
import type { ProxySettings } from '../parts.ts'

/** Where requests for a registry can go. */
export interface Endpoint {
  /** `https://registry.example:5000`, without a slash at the end. */
  readonly base: string
  /** Certificates are not checked. */
  readonly insecureTls: boolean
  /** Stands in for another registry: never gets credentials, any failure moves on. */
  readonly mirror: boolean
}

/** Part of the engine's configuration file, with Docker's names. */
export interface RegistryConfig {
  readonly mirrors: readonly string[]
  readonly insecure: readonly string[]
  /** Absent: those of the environment. */
  readonly proxies?: ProxySettings
}

/** Reads `registry-mirrors`, `insecure-registries` and `proxies`. A missing file is an empty one; a bad one is `invalid` BAD_ENGINE_CONFIG. */
export async function readRegistryConfig(path: string): Promise<RegistryConfig> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return { mirrors: [], insecure: [] }
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    const proxies = proxiesAt(value)
    return {
      mirrors: stringsAt(value, 'registry-mirrors'),
      insecure: stringsAt(value, 'insecure-registries'),
      ...(proxies === undefined ? {} : { proxies }),
    }
  } catch (error) {
    throw new TscomposeError('invalid', 'BAD_ENGINE_CONFIG', `${path}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: `mend ${path}; its form is {"registry-mirrors": ["https://…"], "insecure-registries": ["host:port"]}`,
    })
  }
}

function stringsAt(value: unknown, key: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a JSON object')
  const list = (value as Record<string, unknown>)[key] ?? []
  if (!(Array.isArray(list) && list.every((item) => typeof item === 'string'))) throw new TypeError(`"${key}" must be a list of strings`)
  return list
}

function proxiesAt(value: unknown): ProxySettings | undefined {
  const proxies = (value as { readonly proxies?: unknown }).proxies
  if (proxies === undefined) return undefined
  if (typeof proxies !== 'object' || proxies === null) throw new TypeError('"proxies" must be an object')
  const text = (key: string): string => {
    const item = (proxies as Record<string, unknown>)[key] ?? ''
    if (typeof item !== 'string') throw new TypeError(`"proxies.${key}" must be a string`)
    return item
  }
  return { http: text('http-proxy'), https: text('https-proxy'), none: text('no-proxy') }
}

/** The endpoints of a registry host in the order to try. Mirrors stand in for docker.io only, as with Docker. */
export function endpointsFor(host: string, config: RegistryConfig): readonly Endpoint[] {
  const mirrors =
    host === 'docker.io'
      ? config.mirrors.map((url) => ({ base: url.replace(/\/+$/, ''), insecureTls: isInsecure(url, config), mirror: true }))
      : []
  const name = host === 'docker.io' ? 'registry-1.docker.io' : host
  const https = { base: `https://${name}`, mirror: false }
  const http = { base: `http://${name}`, insecureTls: false, mirror: false }
  // Registries on this machine nearly always speak plain HTTP, so that is asked first there.
  if (isLoopbackHost(hostName(name))) return [...mirrors, http, { ...https, insecureTls: true }]
  if (isListed(name, config.insecure)) return [...mirrors, { ...https, insecureTls: true }, http]
  return [...mirrors, { ...https, insecureTls: false }]
}

function isInsecure(url: string, { insecure }: RegistryConfig): boolean {
  const host = URL.canParse(url) ? new URL(url).host : ''
  return isLoopbackHost(hostName(host)) || isListed(host, insecure)
}

/** Host without port and without the brackets of an IPv6 address. */
export function hostName(host: string): string {
  return host.replace(/:[0-9]+$/, '').replace(/^\[(.*)\]$/, '$1')
}

const loopback = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
])

const unroutable = blockList([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
])

function blockList(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, address.includes(':') ? 'ipv6' : 'ipv4')
  return list
}

/** True for 127.0.0.0/8, ::1 and localhost. */
export function isLoopbackHost(name: string): boolean {
  const family = isIP(name)
  return family === 0 ? name === 'localhost' || name.endsWith('.localhost') : loopback.check(name, family === 6 ? 'ipv6' : 'ipv4')
}

/** True for addresses of this machine, of private networks and of link-local services such as cloud metadata. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && unroutable.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

function isListed(host: string, insecure: readonly string[]): boolean {
  const name = hostName(host)
  return insecure.some((item) => item === host || item === name || isInSubnet(name, item))
}

function isInSubnet(name: string, subnet: string): boolean {
  const [address = '', prefix] = subnet.split('/')
  const family = isIP(address)
  if (prefix === undefined || family === 0 || isIP(name) !== family) return false
  return blockList([[address, Number(prefix)]]).check(name, family === 6 ? 'ipv6' : 'ipv4')
}
