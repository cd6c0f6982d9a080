/*
 * Netlink messages as bytes, both ways; no system calls. Numbers are in host byte order, which is little endian on
 * every machine this runs on (x86-64, arm64). Layout: include/uapi/linux/netlink.h and rtnetlink.h.
 */

export const NLM_F_REQUEST = 0x1
export const NLM_F_ACK = 0x4
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_DUMP = 0x300
export const NLM_F_CREATE = 0x400

export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3

const headerLength = 16
const nestedFlag = 0x8000
const typeMask = 0x3fff

/** An attribute to send: bytes, or attributes of its own. */
export interface Attribute {
  readonly type: number
  readonly value: Uint8Array | readonly Attribute[]
}

/** One request: `header` is the fixed struct of the message type (ifinfomsg, ifaddrmsg …). */
export interface NetlinkRequest {
  /** What is attempted, for error messages: `create veth tsc0`. */
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly header: Buffer
  readonly attributes?: readonly Attribute[]
  /** Failures that count as done, positive errno numbers: ENODEV where a deleted link may be gone already. */
  readonly accept?: readonly number[]
}

export interface NetlinkMessage {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly payload: Buffer
}

/** An acknowledgement (`errno` 0) or failure of the request with this sequence number. */
export interface NetlinkAck {
  readonly errno: number
  /** The kernel's own words, where it gave some. */
  readonly text: string
}

export function attributeBytes(type: number, value: Uint8Array): Attribute {
  return { type, value }
}

export function attributeU8(type: number, value: number): Attribute {
  return { type, value: Uint8Array.of(value) }
}

export function attributeU32(type: number, value: number): Attribute {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return { type, value: bytes }
}

/** A string with its ending zero byte. */
export function attributeText(type: number, value: string): Attribute {
  return { type, value: Buffer.from(`${value}\0`) }
}

export function attributeNest(type: number, value: readonly Attribute[]): Attribute {
  return { type: type | nestedFlag, value }
}

export function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(attributes.map(encodeAttribute))
}

function encodeAttribute({ type, value }: Attribute): Buffer {
  const data = value instanceof Uint8Array ? value : encodeAttributes(value)
  const bytes = Buffer.alloc(align(4 + data.length))
  bytes.writeUInt16LE(4 + data.length, 0)
  bytes.writeUInt16LE(type, 2)
  bytes.set(data, 4)
  return bytes
}

/** The request as one message, padded so that another may follow. */
export function encodeRequest(request: NetlinkRequest, sequence: number): Buffer {
  const body = encodeAttributes(request.attributes ?? [])
  const start = headerLength + align(request.header.length)
  const bytes = Buffer.alloc(start + body.length)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt16LE(request.type, 4)
  bytes.writeUInt16LE(request.flags | NLM_F_REQUEST, 6)
  bytes.writeUInt32LE(sequence, 8)
  bytes.set(request.header, headerLength)
  bytes.set(body, start)
  return bytes
}

/** The messages in what one receive call returned. A broken length ends the list. */
export function decodeMessages(bytes: Buffer): readonly NetlinkMessage[] {
  const messages: NetlinkMessage[] = []
  let offset = 0
  while (offset + headerLength <= bytes.length) {
    const length = bytes.readUInt32LE(offset)
    if (length < headerLength || offset + length > bytes.length) break
    messages.push({
      type: bytes.readUInt16LE(offset + 4),
      flags: bytes.readUInt16LE(offset + 6),
      sequence: bytes.readUInt32LE(offset + 8),
      payload: bytes.subarray(offset + headerLength, offset + length),
    })
    offset += align(length)
  }
  return messages
}

/** Attributes by number, from `offset` on; the last one wins where a number comes twice. A broken length ends the list. */
export function decodeAttributes(bytes: Buffer, offset = 0): ReadonlyMap<number, Buffer> {
  const attributes = new Map<number, Buffer>()
  let at = offset
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt16LE(at)
    if (length < 4 || at + length > bytes.length) break
    attributes.set(bytes.readUInt16LE(at + 2) & typeMask, bytes.subarray(at + 4, at + length))
    at += align(length)
  }
  return attributes
}

/** Text up to its zero byte. */
export function decodeText(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

const ackCapped = 0x100
const ackAttributes = 0x200
const ackTextAttribute = 1

/** Reads the payload of an NLMSG_ERROR message. */
export function decodeAck(message: NetlinkMessage): NetlinkAck {
  const errno = Math.abs(message.payload.readInt32LE(0))
  if ((message.flags & ackAttributes) === 0) return { errno, text: '' }
  const echoed = (message.flags & ackCapped) === 0 ? message.payload.readUInt32LE(4) : headerLength
  const text = decodeAttributes(message.payload, 4 + align(echoed)).get(ackTextAttribute)
  return { errno, text: text === undefined ? '' : decodeText(text) }
}

function align(length: number): number {
  return (length + 3) & ~3
}
