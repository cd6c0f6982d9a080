import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
  TRUNCATED_RESPONSE,
} from 'dns-packet'
import { formatIp, parseIp } from '../../../base/ip.ts'
import type { NetdContainer } from './protocol.ts'
import type { Zone } from './zone.ts'

/* What the resolver answers from what it knows; no sockets. */

const ttl = 600
const NXDOMAIN = 3
const SERVFAIL = 2
const NOTIMP = 4
const QR_RD = 1 << 8

export type Decision =
  | { readonly kind: 'answer'; readonly message: Buffer }
  /** The name is not ours: ask the outside. */
  | { readonly kind: 'forward' }
  /** Not a question. */
  | { readonly kind: 'ignore' }

/**
 * Decides about one query of a container. Names of containers are answered here: with an empty answer where the name is
 * known but has no address of the wanted family, which must never be asked outside. `shuffle` orders the replicas.
 */
export function answerQuery(
  query: Buffer,
  {
    asker,
    zone,
    shuffle,
  }: { readonly asker: NetdContainer; readonly zone: Zone; readonly shuffle: <T>(items: readonly T[]) => readonly T[] },
): Decision {
  const packet = tryDecode(query)
  const question = packet?.questions?.[0]
  if (packet === undefined || question === undefined || packet.type !== 'query') return { kind: 'ignore' }
  if (packet.opcode !== 'QUERY') return reply(packet, { rcode: NOTIMP })
  const name = question.name.toLowerCase().replace(/\.$/, '')
  const local = question.type === 'PTR' ? localPointer(name, { asker, zone }) : localAddresses(question, name, { asker, zone, shuffle })
  if (local !== undefined) return reply(packet, { answers: local, authoritative: true })
  const resolver = asker.resolver
  if (resolver === undefined || !resolver.forward) return reply(packet, { rcode: SERVFAIL })
  if (resolver.ndots > 0 && !name.includes('.') && name !== '') return reply(packet, { rcode: NXDOMAIN })
  return { kind: 'forward' }
}

/** The query answered with a server failure: no upstream said anything. */
export function failureOf(query: Buffer): Buffer | undefined {
  const packet = tryDecode(query)
  return packet === undefined ? undefined : reply(packet, { rcode: SERVFAIL }).message
}

/** A message that fits the asker's UDP limit, or its head with the truncation mark so that the asker tries TCP. */
export function fitUdp(query: Buffer, message: Buffer): Buffer {
  if (message.length <= udpLimit(query)) return message
  const packet = tryDecode(message)
  const head = packet === undefined ? {} : { id: packet.id, questions: packet.questions }
  return encode({ ...head, type: 'response', flags: (packet?.flags ?? 0) | TRUNCATED_RESPONSE })
}

function udpLimit(query: Buffer): number {
  const option = tryDecode(query)?.additionals?.find((record) => record.type === 'OPT')
  return option?.type === 'OPT' ? Math.max(512, option.udpPayloadSize) : 512
}

type Question1 = Question & { readonly name: string }

function localAddresses(
  question: Question1,
  name: string,
  { asker, zone, shuffle }: { asker: NetdContainer; zone: Zone; shuffle: <T>(items: readonly T[]) => readonly T[] },
): readonly Answer[] | undefined {
  const found = zone.lookup(asker, name)
  if (found === undefined) return undefined
  if (question.type === 'A') return shuffle(found.ipv4).map((data) => ({ type: 'A', name: question.name, ttl, data }))
  if (question.type === 'AAAA') return shuffle(found.ipv6).map((data) => ({ type: 'AAAA', name: question.name, ttl, data }))
  return []
}

function localPointer(name: string, { asker, zone }: { asker: NetdContainer; zone: Zone }): readonly Answer[] | undefined {
  const address = addressOfPointer(name)
  const host = address === undefined ? undefined : zone.reverse(asker, address)
  return host === undefined ? undefined : [{ type: 'PTR', name, ttl, data: host }]
}

/** The address a name under in-addr.arpa or ip6.arpa stands for. */
function addressOfPointer(name: string): string | undefined {
  const v4 = /^(\d{1,3}(?:\.\d{1,3}){3})\.in-addr\.arpa$/.exec(name)?.[1]
  if (v4 !== undefined) return v4.split('.').reverse().join('.')
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1]
  if (v6 === undefined) return undefined
  const digits = v6.replaceAll('.', '').split('').reverse().join('')
  const address = parseIp(digits.match(/.{4}/g)?.join(':') ?? '')
  return address === undefined ? undefined : formatIp(address)
}

function reply(
  query: Packet,
  { answers = [], rcode = 0, authoritative = false }: { answers?: readonly Answer[]; rcode?: number; authoritative?: boolean },
): { readonly kind: 'answer'; readonly message: Buffer } {
  const wanted = (query.flags ?? 0) & QR_RD
  const flags = wanted | RECURSION_AVAILABLE | (authoritative ? AUTHORITATIVE_ANSWER : 0) | rcode
  return {
    kind: 'answer',
    message: encode({
      type: 'response',
      flags,
      ...(query.id === undefined ? {} : { id: query.id }),
      ...(query.questions === undefined ? {} : { questions: query.questions }),
      answers: [...answers],
    }),
  }
}

function tryDecode(message: Buffer): (Packet & { readonly opcode?: string }) | undefined {
  try {
    return decode(message)
  } catch {
    return undefined
  }
}
