import { TscomposeError } from '../../base/errors.ts'
import type { ContainerSpec } from '../api.ts'
import type { NetworkSetup } from '../parts.ts'

const standardHosts: readonly (readonly [string, string])[] = [
  ['127.0.0.1', 'localhost'],
  ['::1', 'localhost ip6-localhost ip6-loopback'],
  ['fe00::', 'ip6-localnet'],
  ['ff00::', 'ip6-mcastprefix'],
  ['ff02::1', 'ip6-allnodes'],
  ['ff02::2', 'ip6-allrouters'],
]

/** /etc/hosts of a container with addresses of its own. */
export function renderHosts(
  setup: Pick<NetworkSetup, 'hosts' | 'hostGateway'>,
  { extraHosts = [], domainname = '' }: Pick<ContainerSpec, 'extraHosts' | 'domainname'>,
): string {
  // The full name comes first: it is what `hostname -f` answers.
  const ownNames = (names: readonly string[]): readonly string[] =>
    domainname === '' ? names : names.flatMap((name) => [`${name}.${domainname}`, name])
  const lines = [
    ...standardHosts.map(([address, names]) => `${address}\t${names}`),
    ...extraHostLines(extraHosts, setup.hostGateway),
    ...setup.hosts.map(({ address, names }) => `${address}\t${ownNames(names).join(' ')}`),
  ]
  return `${lines.join('\n')}\n`
}

/** `name=address` or `name:address`; the address may be `host-gateway` or stand in brackets. */
export function extraHostLines(extraHosts: readonly string[], hostGateway: string): readonly string[] {
  return extraHosts.map((entry) => {
    const at = entry.includes('=') ? entry.indexOf('=') : entry.indexOf(':')
    const name = entry.slice(0, at)
    const address = entry.slice(at + 1).replace(/^\[|\]$/g, '')
    if (at <= 0 || address === '' || /\s/.test(entry)) {
      throw new TscomposeError('invalid', 'INVALID_EXTRA_HOST', `not an extra host: ${JSON.stringify(entry)}`, {
        hint: 'write it as name=address',
      })
    }
    return `${address === 'host-gateway' ? hostGateway : address}\t${name}`
  })
}

/** resolv.conf for the host's own network: the host's, unless the container names servers of its own. */
export function renderHostResolvConf(hostText: string, spec: Pick<ContainerSpec, 'dns' | 'dnsSearch' | 'dnsOptions'>): string {
  const kept = hostText.split('\n').filter((line) => {
    if (/^\s*nameserver\b/.test(line)) return (spec.dns ?? []).length === 0
    if (/^\s*(search|domain)\b/.test(line)) return (spec.dnsSearch ?? []).length === 0
    if (/^\s*options\b/.test(line)) return (spec.dnsOptions ?? []).length === 0
    return true
  })
  const search = (spec.dnsSearch ?? []).filter((domain) => domain !== '.')
  const own = [
    ...(spec.dns ?? []).map((server) => `nameserver ${server}`),
    ...(search.length === 0 ? [] : [`search ${search.join(' ')}`]),
    ...((spec.dnsOptions ?? []).length === 0 ? [] : [`options ${(spec.dnsOptions ?? []).join(' ')}`]),
  ]
  return `${[...own, ...kept].join('\n').trimEnd()}\n`
}
