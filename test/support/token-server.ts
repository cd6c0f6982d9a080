import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { sh } from './command.ts'

/** A token service as the distribution's token specification has it, for one user `user` with password `secret`. */
export interface TokenServer {
  /** Section `auth` of a docker-registry that trusts it. */
  readonly auth: Readonly<Record<string, unknown>>
  /** `METHOD scope subject` of every request. */
  readonly log: string[]
  /** Answers POST with 404, as services of before OAuth do. */
  isOld: boolean
  /** Lifetime of the tokens it makes, seconds. */
  lifetime: number
  stop(): Promise<void>
}

/** Repositories below `public/` may be pulled by everybody. Signs with a fresh key whose certificate it leaves in `directory`. */
export async function startTokenServer(directory: string): Promise<TokenServer> {
  const [key, cert] = [join(directory, 'token.key'), join(directory, 'token.crt')]
  sh(`openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=token -keyout ${key} -out ${cert} 2>/dev/null`)
  const state = { log: [] as string[], isOld: false, lifetime: 300 }
  const server = createServer((incoming, outgoing) => {
    void readText(incoming).then((body) => {
      const isPost = incoming.method === 'POST'
      const form = isPost ? new URLSearchParams(body) : new URL(incoming.url ?? '', 'http://x').searchParams
      const basic = Buffer.from((incoming.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString()
      const login = isPost ? `${form.get('username')}:${form.get('password')}` : basic
      const isRefresh = form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === 'identity'
      const subject = login === 'user:secret' || isRefresh ? 'user' : ''
      state.log.push(`${incoming.method} ${form.getAll('scope').join(' ')} ${subject}`)
      if (isPost && state.isOld) outgoing.writeHead(404).end()
      else if (subject === '' && (isPost || basic !== '')) outgoing.writeHead(401).end('{}')
      else {
        const access = form.getAll('scope').flatMap((scope) => scope.split(' ').map((item) => granted(item, subject)))
        const token = signToken({ key, cert }, { access, subject, lifetime: state.lifetime })
        outgoing.end(JSON.stringify({ [isPost ? 'access_token' : 'token']: token, expires_in: state.lifetime }))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(state, {
    auth: { token: { realm: `http://127.0.0.1:${port}/token`, service: 'test', issuer: 'issuer', rootcertbundle: cert } },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

interface Access {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

function granted(scope: string, subject: string): Access {
  const [type = '', name = '', actions = ''] = scope.split(':')
  const wanted = actions.split(',')
  return { type, name, actions: subject === '' ? wanted.filter((action) => action === 'pull' && name.startsWith('public/')) : wanted }
}

function signToken(
  files: { readonly key: string; readonly cert: string },
  { access, subject, lifetime }: { readonly access: readonly Access[]; readonly subject: string; readonly lifetime: number },
): string {
  const now = Math.floor(Date.now() / 1000)
  const x5c = [new X509Certificate(readFileSync(files.cert)).raw.toString('base64')]
  const claims = { iss: 'issuer', aud: 'test', sub: subject, exp: now + lifetime, nbf: now - 10, iat: now, jti: randomUUID(), access }
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ typ: 'JWT', alg: 'RS256', x5c })}.${encode(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), createPrivateKey(readFileSync(files.key))).toString('base64url')}`
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
