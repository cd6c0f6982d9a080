import { createSocket } from 'node:dgram'
import { readFileSync, statSync } from 'node:fs'
import { connect, isIP } from 'node:net'

/** Asks name servers outside, from the host's own network namespace. */
export interface Upstream {
  /** The first useful answer of these servers; undefined where none came. `query` and answer are whole DNS messages. */
  ask(query: Buffer, options: { readonly servers: readonly string[]; readonly tcp: boolean }): Promise<Buffer | undefined>
}

const timeoutMs = 4000
const maxServers = 3
const maxInFlight = 1024
const SERVFAIL = 2
const REFUSED = 5

export function createUpstream({ port = 53 }: { readonly port?: number } = {}): Upstream {
  let inFlight = 0
  const ask: Upstream['ask'] = async (query, { servers, tcp }) => {
    let last: Buffer | undefined
    for (const server of servers.slice(0, maxServers)) {
      const answer = await (tcp ? askTcp(query, { server, port }) : askUdp(query, { server, port }))
      if (answer === undefined) continue
      const rcode = (answer[3] ?? 0) & 15
      if (rcode !== SERVFAIL && rcode !== REFUSED) return answer
      last = answer
    }
    return last
  }
  return {
    ask: async (query, options) => {
      if (inFlight >= maxInFlight) return undefined
      inFlight++
      try {
        return await ask(query, options)
      } finally {
        inFlight--
      }
    },
  }
}

interface Server {
  readonly server: string
  readonly port: number
}

/** A socket of its own per question: a new random port each time, which makes forged answers hard. */
function askUdp(query: Buffer, { server, port }: Server): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(server) === 6 ? 'udp6' : 'udp4')
    let open = true
    const finish = (answer: Buffer | undefined): void => {
      clearTimeout(timer)
      if (open) socket.close()
      open = false
      resolve(answer)
    }
    const timer = setTimeout(() => finish(undefined), timeoutMs)
    socket.on('error', () => finish(undefined))
    socket.on('message', (message) => {
      if (message.length >= 12 && message.readUInt16BE(0) === query.readUInt16BE(0)) finish(message)
    })
    // A connected socket takes answers of this server only, and hears of a closed port at once.
    socket.connect(port, server, (error?: Error) => {
      if (error === undefined || error === null) socket.send(query)
      else finish(undefined)
    })
  })
}

function askTcp(query: Buffer, { server, port }: Server): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: server, port })
    const chunks: Buffer[] = []
    const finish = (answer: Buffer | undefined): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => finish(undefined), timeoutMs)
    socket.on('connect', () => socket.write(frame(query)))
    socket.on('error', () => finish(undefined))
    socket.on('close', () => finish(undefined))
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      if (all.length >= 2 && all.length >= 2 + all.readUInt16BE(0)) finish(all.subarray(2, 2 + all.readUInt16BE(0)))
    })
  })
}

/** A DNS message as TCP carries it: its length in front. */
export function frame(message: Buffer): Buffer {
  const bytes = Buffer.alloc(2 + message.length)
  bytes.writeUInt16BE(message.length)
  bytes.set(message, 2)
  return bytes
}

/** Name servers of a resolv.conf. */
export function parseNameservers(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [keyword, server = ''] = line.trim().split(/\s+/)
    return keyword === 'nameserver' && isIP(server.replace(/%.*/, '')) !== 0 ? [server] : []
  })
}

/** The host's name servers; the file is looked at again after a second and read where it changed. */
export function createHostServers(path = '/etc/resolv.conf'): () => readonly string[] {
  let servers: readonly string[] = []
  let stamp = Number.NaN
  let checkedAt = -1000
  return () => {
    const now = performance.now()
    if (now - checkedAt < 1000) return servers
    checkedAt = now
    try {
      const { mtimeMs } = statSync(path)
      if (mtimeMs !== stamp) servers = parseNameservers(readFileSync(path, 'utf8'))
      stamp = mtimeMs
    } catch {
      servers = []
    }
    return servers
  }
}
