import { type ErrorData, TscomposeError } from '../base/errors.ts'
import type { ProgressEvent } from '../base/event.ts'
import type { BuildInfo } from './build-info.ts'

/*
 * What goes over the engine's socket: frames of [u32 LE length][u8 kind][payload], kind 0 = one JSON message.
 * Many calls share a connection, told apart by the id the client chose. The server speaks first (`hello`).
 */

/** Raised when messages change their meaning; a client and a daemon with different ones do not talk. */
export const protocolVersion = 1

/** No message is larger: what claims to be is noise or an attack, and its connection ends. */
export const maxFrameBytes: number = 64 << 20

/** Items a stream may send before the client asks for more, so that a slow reader fills no memory on either side. */
export const streamWindow = 16

export type ClientMessage =
  | { readonly id: number; readonly method: string; readonly params: unknown; readonly progress?: boolean }
  | { readonly id: number; readonly cancel: true }
  /** The reader of a stream took this many more items. */
  | { readonly id: number; readonly credit: number }

export type ServerMessage =
  | { readonly hello: Hello }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorData }
  | { readonly id: number; readonly progress: ProgressEvent }
  | { readonly id: number; readonly item: unknown }
  | { readonly id: number; readonly end: true }
  /** The connection cannot go on; it is closed after this. */
  | { readonly fatal: ErrorData }

export interface Hello {
  readonly protocol: number
  readonly build: BuildInfo
  readonly pid: number
}

const headerBytes = 5
const kindJson = 0

/** One message as a frame. */
export function encodeFrame(message: ClientMessage | ServerMessage): Buffer {
  const text = JSON.stringify(message)
  const length = Buffer.byteLength(text)
  if (length > maxFrameBytes) throw protocolError(`a message of ${length} bytes is larger than the ${maxFrameBytes} allowed`)
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame.writeUInt32LE(length, 0)
  frame.writeUInt8(kindJson, 4)
  frame.write(text, headerBytes)
  return frame
}

/**
 * Cuts a byte stream into messages. The returned function takes chunks as they come and returns the messages that are
 * complete; it throws PROTOCOL_ERROR for frames that are too large, of an unknown kind, or no JSON object.
 */
export function createFrameDecoder(): (chunk: Uint8Array) => readonly unknown[] {
  let pending: Buffer[] = []
  let size = 0
  return (chunk) => {
    pending.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    size += chunk.byteLength
    const messages: unknown[] = []
    while (size >= headerBytes) {
      const length = peekLength(pending)
      // Only joined when a frame is complete: a large message in many chunks would cost quadratic time otherwise.
      if (size < headerBytes + length) break
      const all = pending.length === 1 && pending[0] !== undefined ? pending[0] : Buffer.concat(pending)
      messages.push(decodePayload(all, length))
      const rest = all.subarray(headerBytes + length)
      pending = rest.length === 0 ? [] : [rest]
      size = rest.length
    }
    return messages
  }
}

function peekLength(pending: readonly Buffer[]): number {
  let head = pending[0] ?? Buffer.alloc(0)
  if (head.length < headerBytes) head = Buffer.concat(pending)
  const length = head.readUInt32LE(0)
  const kind = head.readUInt8(4)
  if (kind !== kindJson) throw protocolError(`frame of unknown kind ${kind}`)
  if (length > maxFrameBytes) throw protocolError(`frame of ${length} bytes; ${maxFrameBytes} are allowed`)
  return length
}

function decodePayload(frame: Buffer, length: number): unknown {
  const text = frame.toString('utf8', headerBytes, headerBytes + length)
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch (cause) {
    throw protocolError('frame without valid JSON', cause)
  }
  if (typeof message !== 'object' || message === null) throw protocolError('frame without a JSON object')
  return message
}

/** A message of a client, checked; throws PROTOCOL_ERROR. */
export function parseClientMessage(message: unknown): ClientMessage {
  const fields = message as Readonly<Record<string, unknown>>
  const { id } = fields
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) throw protocolError('message without a call id')
  if (fields.cancel === true) return { id, cancel: true }
  if (typeof fields.credit === 'number') return { id, credit: Math.min(Math.max(0, fields.credit), streamWindow) }
  if (typeof fields.method !== 'string') throw protocolError('message without a method')
  const params = fields.params ?? {}
  if (typeof params !== 'object' || Array.isArray(params)) throw protocolError('parameters that are no object')
  return { id, method: fields.method, params, progress: fields.progress === true }
}

export function protocolError(message: string, cause?: unknown): TscomposeError {
  return new TscomposeError('invalid', 'PROTOCOL_ERROR', `engine socket: ${message}`, cause === undefined ? {} : { cause })
}
