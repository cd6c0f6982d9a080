import { TscomposeError } from '../../base/errors.ts'
import type { RegistryCredentials } from '../api.ts'
import type { ProxySettings, TlsFiles } from '../parts.ts'
import { parseChallenges } from './challenge.ts'
import type { Endpoint } from './endpoints.ts'
import { isConnectionFailure, RegistryBusy, registryUnavailable } from './failure.ts'
import { basicAuthorization, fetchToken } from './token.ts'
import { createTransport, type HttpResponse } from './transport.ts'

export interface LoginCheck {
  readonly endpoints: readonly Endpoint[]
  readonly credentials: RegistryCredentials
  readonly tls: ReadonlyMap<string, TlsFiles>
  readonly proxies: ProxySettings
  readonly signal?: AbortSignal | undefined
}

/** Asks the registry's base whether the credentials are good; see RegistryClient. A registry that wants none takes all. */
export async function checkLogin(host: string, { endpoints, ...check }: LoginCheck): Promise<void> {
  let failure: unknown
  for (const endpoint of endpoints) {
    try {
      return await checkEndpoint(host, endpoint, check)
    } catch (error) {
      failure ??= error
      if (!isConnectionFailure(error)) throw error
    }
  }
  throw registryUnavailable(host, failure)
}

async function checkEndpoint(
  host: string,
  { base, insecureTls }: Endpoint,
  { credentials, tls, proxies, signal }: Omit<LoginCheck, 'endpoints'>,
): Promise<void> {
  const origin = new URL(base).host
  const files = tls.get(origin)
  const transport = createTransport(origin, { insecureTls, proxies, ...(files === undefined ? {} : { tls: files }) })
  const ask = async (authorization?: string): Promise<HttpResponse> => {
    const headers = authorization === undefined ? {} : { Authorization: authorization }
    const response = await transport.send({ url: `${base}/v2/`, headers, signal })
    response.body.resume()
    return response
  }
  const first = await ask()
  if (first.status === 200) return
  if (first.status !== 401) throw new RegistryBusy(host, first.status, undefined)
  const challenges = parseChallenges(first.headers['www-authenticate'] ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  const authorization =
    bearer === undefined
      ? basicAuthorization(credentials)
      : `Bearer ${(await fetchToken({ registry: base, transport, challenge: bearer, scope: '', credentials, signal })).value}`
  if (authorization === undefined || (await ask(authorization)).status !== 200) throw refused(host, credentials)
}

function refused(host: string, { username }: RegistryCredentials): TscomposeError {
  const who = username === undefined ? 'with this token' : `as ${username}`
  return new TscomposeError('denied', 'LOGIN_REFUSED', `${host} refuses to log in ${who}`, {
    hint: 'check the user name and the password, or access token; nothing was saved',
    target: host,
  })
}
