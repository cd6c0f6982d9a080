import { serveNetd } from '../engine/network/netd/serve.ts'

/*
 * Entry of the network helper: names, published ports and the IPv6 proxy of all containers. It outlives the engine.
 * The one argument is the path of its control socket; what it has to say goes to stderr, which the engine made a file.
 */

const [, , socket] = process.argv
if (socket === undefined) {
  process.stderr.write('usage: netd SOCKET\n')
  process.exit(2)
}

const log = (message: string, error?: unknown): void => {
  const detail = error instanceof Error ? `: ${error.message}` : error === undefined ? '' : `: ${String(error)}`
  process.stderr.write(`${new Date().toISOString()} ${message}${detail}\n`)
}

// One broken connection must not take the names of all containers away.
process.on('uncaughtException', (error) => log('unexpected', error))
process.on('unhandledRejection', (error) => log('unexpected', error))
process.title = 'tscompose-netd'

serveNetd({ socket, log, exit: (code) => process.exit(code) })
