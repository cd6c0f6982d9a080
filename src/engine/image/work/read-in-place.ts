import { Socket } from 'node:net'

/** As much as a socket pair holds, so that one wake-up empties it. */
const bufferSize = 256 * 1024

/**
 * Everything that comes from a stream socket, all of it through one buffer: a chunk is valid until the next one is asked
 * for. Without this the garbage of half a gigabyte in small buffers costs more than inflating it. Closes `fd` at its end.
 */
export async function* readInPlace(fd: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bufferSize)
  let filled = 0
  let ended = false
  let failure: unknown
  let wake: (() => void) | undefined
  const settle = (): void => {
    wake?.()
    wake = undefined
  }
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (count) => {
        filled = count
        settle()
        // Nothing more is read into the buffer until somebody asks.
        return false
      },
    },
  })
  socket.once('error', (error) => {
    failure = error
  })
  socket.once('close', () => {
    ended = true
    settle()
  })
  socket.once('end', () => {
    ended = true
    settle()
  })
  try {
    for (;;) {
      if (filled === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (filled > 0) {
        const chunk = buffer.subarray(0, filled)
        filled = 0
        yield chunk
        socket.resume()
      } else if (failure !== undefined) throw failure
      else if (ended) return
    }
  } finally {
    socket.destroy()
  }
}
