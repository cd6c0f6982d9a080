import { TscomposeError } from '../../base/errors.ts'
import type { RegistryCredentials } from '../api.ts'
import type { Challenge } from './challenge.ts'
import { hostName, isLoopbackHost, isPrivateAddress } from './endpoints.ts'
import { type HttpResponse, readBody, type Transport } from './transport.ts'

export interface TokenRequest {
  /** Base of the registry that sent the challenge. */
  readonly registry: string
  readonly transport: Transport
  readonly challenge: Challenge
  /** `repository:library/nginx:pull`, several of them separated by blanks; '' for a login. */
  readonly scope: string
  readonly credentials: RegistryCredentials | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Token {
  readonly value: string
  /** Lifetime; the token service's default is a minute. */
  readonly expiresInMs: number
}

const maxTokenBytes = 1024 * 1024

/**
 * Gets a bearer token from the service the registry names (distribution's token specification): by OAuth POST where
 * there is a password or an identity token, else, and where the service knows no POST, by GET.
 */
export async function fetchToken(request: TokenRequest): Promise<Token> {
  const realm = checkedRealm(request)
  const { credentials } = request
  if (hasSecret(credentials)) {
    const response = await post(realm, request, credentials)
    if (response.status === 200) return parseToken(response)
    response.body.resume()
    if (![400, 401, 404, 405].includes(response.status)) throw tokenRefused(request, response.status)
  }
  const response = await get(realm, request)
  if (response.status === 200) return parseToken(response)
  response.body.resume()
  throw tokenRefused(request, response.status)
}

function hasSecret(credentials: RegistryCredentials | undefined): credentials is RegistryCredentials {
  return credentials?.identityToken !== undefined || credentials?.password !== undefined
}

/** The realm is the server's choice: it must not lead a request into this machine, a private network or out of TLS. */
function checkedRealm({ registry, challenge }: TokenRequest): URL {
  const text = challenge.params.realm ?? ''
  const realm = URL.canParse(text) ? new URL(text) : undefined
  if (realm === undefined) throw refusedRealm(registry, `its token service ${JSON.stringify(text.slice(0, 200))} is not a URL`)
  const isTls = registry.startsWith('https:')
  if (realm.protocol !== 'https:' && !(realm.protocol === 'http:' && !isTls)) {
    throw refusedRealm(registry, `its token service ${realm.protocol}//${realm.host} is not secure`)
  }
  checkAddress(registry, realm.host, hostName(realm.host))
  return realm
}

function checkAddress(registry: string, realmHost: string, address: string): void {
  const origin = new URL(registry)
  if (origin.hostname === new URL(`http://${realmHost}`).hostname) return
  const isNear = isLoopbackHost(hostName(origin.host)) || isPrivateAddress(hostName(origin.host))
  if (!isNear && (isPrivateAddress(address) || isLoopbackHost(address))) {
    throw refusedRealm(registry, `its token service ${realmHost} is an address of this machine or of a private network`)
  }
}

function refusedRealm(registry: string, why: string): TscomposeError {
  return new TscomposeError('denied', 'REALM_REFUSED', `registry ${new URL(registry).host}: ${why}`, { target: registry })
}

function transportOptions(realm: URL, request: TokenRequest): { signal: AbortSignal | undefined; checkAddress: (address: string) => void } {
  return {
    signal: request.signal,
    checkAddress: (address) => checkAddress(request.registry, realm.host, address),
  }
}

function post(realm: URL, request: TokenRequest, credentials: RegistryCredentials): Promise<HttpResponse> {
  const form = new URLSearchParams({ service: request.challenge.params.service ?? '', client_id: 'tscompose' })
  if (request.scope !== '') form.set('scope', request.scope)
  if (credentials.identityToken !== undefined) {
    form.set('grant_type', 'refresh_token')
    form.set('refresh_token', credentials.identityToken)
  } else {
    form.set('grant_type', 'password')
    form.set('username', credentials.username ?? '')
    form.set('password', credentials.password ?? '')
  }
  return request.transport.send({
    url: realm.href,
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
    ...transportOptions(realm, request),
  })
}

function get(realm: URL, request: TokenRequest): Promise<HttpResponse> {
  const url = new URL(realm)
  const { service } = request.challenge.params
  if (service !== undefined) url.searchParams.set('service', service)
  // One parameter each: services of before OAuth know no list.
  for (const scope of request.scope.split(' ').filter((item) => item !== '')) url.searchParams.append('scope', scope)
  const authorization = basicAuthorization(request.credentials)
  return request.transport.send({
    url: url.href,
    ...(authorization === undefined ? {} : { headers: { Authorization: authorization } }),
    ...transportOptions(realm, request),
  })
}

/** The value of a Basic Authorization header; undefined without a password. */
export function basicAuthorization(credentials: RegistryCredentials | undefined): string | undefined {
  if (credentials?.password === undefined) return undefined
  return `Basic ${Buffer.from(`${credentials.username ?? ''}:${credentials.password}`).toString('base64')}`
}

async function parseToken(response: HttpResponse): Promise<Token> {
  const bytes = await readBody(response, maxTokenBytes)
  let value: { token?: unknown; access_token?: unknown; expires_in?: unknown }
  try {
    value = JSON.parse(bytes.toString('utf8')) as typeof value
  } catch {
    value = {}
  }
  const token = value?.token ?? value?.access_token
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw new TscomposeError('unavailable', 'REGISTRY_UNAVAILABLE', `the token service ${new URL(response.url).host} sent no token`)
  }
  const seconds = typeof value.expires_in === 'number' && value.expires_in > 0 ? value.expires_in : 60
  return { value: token, expiresInMs: seconds * 1000 }
}

function tokenRefused(request: TokenRequest, status: number): TscomposeError {
  const host = new URL(request.registry).host
  if (status === 401 || status === 403) {
    return new TscomposeError('denied', 'UNAUTHORIZED', `registry ${host} refused the credentials`, {
      hint: 'log in with the right user and password',
      target: host,
    })
  }
  return new TscomposeError('unavailable', 'REGISTRY_UNAVAILABLE', `the token service of registry ${host} answered ${status}`, {
    hint: 'try again later',
    target: host,
  })
}
