import { BlockList, isIP } from 'node:net'
import type { ProxySettings } from '../parts.ts'
import { hostName, isLoopbackHost } from './endpoints.ts'

/** Proxies as the usual environment variables name them; small letters win, as with curl and Go programs. */
export function proxiesFromEnvironment(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const of = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? ''
  return { http: of('HTTP_PROXY'), https: of('HTTPS_PROXY'), none: of('NO_PROXY') }
}

/** The proxy a request goes through, undefined for a direct one. This machine is never reached through a proxy. */
export function proxyFor(url: URL, settings: ProxySettings | undefined): string | undefined {
  const proxy = url.protocol === 'https:' ? settings?.https : settings?.http
  if (proxy === undefined || proxy === '' || isLoopbackHost(hostName(url.host))) return undefined
  if (isExcluded(url, settings?.none ?? '')) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

/** NO_PROXY: `*`, names with everything below them, `.suffix`, addresses, subnets; each of them with `:port` or without. */
function isExcluded(url: URL, list: string): boolean {
  const name = hostName(url.host).toLowerCase()
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  return list
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')
    .some((item) => item === '*' || matches(item, name, port))
}

function matches(item: string, name: string, port: string): boolean {
  const family = isIP(name)
  const [subnet = '', prefix] = item.split('/')
  if (prefix !== undefined) return family !== 0 && isIP(subnet) === family && isWithin(name, subnet, Number(prefix))
  const [, host = item, wantedPort] = isIP(item) === 6 ? [] : (/^(.*?)(?::([0-9]+))?$/.exec(item) ?? [])
  if (wantedPort !== undefined && wantedPort !== port) return false
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/^\*\./, '.')
  if (bare.startsWith('.')) return name.endsWith(bare)
  return name === bare || (family === 0 && name.endsWith(`.${bare}`))
}

function isWithin(name: string, subnet: string, prefix: number): boolean {
  const family = isIP(subnet) === 6 ? 'ipv6' : 'ipv4'
  if (!(Number.isInteger(prefix) && prefix >= 0 && prefix <= (family === 'ipv6' ? 128 : 32))) return false
  const list = new BlockList()
  list.addSubnet(subnet, prefix, family)
  return list.check(name, family)
}
