import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createClient } from 'redis'
import { greeting } from './greeting.js'
import { installed } from './installed.js'

const redis = createClient({ url: process.env.REDIS_URL })
redis.on('error', (error) => console.error(`redis: ${error.message}`))
await redis.connect()

const routes = {
  '/health': async () => ['text/plain', await redis.ping()],
  '/packages': async () => ['application/json', JSON.stringify(await installed())],
  '/': async () => {
    const page = await readFile('public/index.html', 'utf8')
    const values = { greeting: greeting(), visits: await redis.incr('visits') }
    return ['text/html; charset=utf-8', page.replaceAll(/\{(\w+)\}/g, (text, name) => values[name] ?? text)]
  },
}

const server = createServer(async (request, response) => {
  const route = routes[new URL(request.url, 'http://localhost').pathname]
  if (route === undefined) return response.writeHead(404).end('not found\n')
  try {
    const [type, body] = await route()
    response.writeHead(200, { 'content-type': type }).end(body)
  } catch (error) {
    console.error(error)
    response.writeHead(500).end('see the log\n')
  }
})
server.listen(3000, () => console.log('listening on port 3000'))

// The first process of a container ends on a signal only where it says so.
process.on('SIGTERM', () => {
  server.close(() => redis.quit().finally(() => process.exit(0)))
  server.closeAllConnections()
})
