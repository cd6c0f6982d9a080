import { TscomposeError } from '../../base/errors.ts'
import { sha256 } from '../../base/hash.ts'
import type { Descriptor } from '../../oci/descriptor.ts'
import { type Digest, digestMatches, isDigest, parseDigest } from '../../oci/digest.ts'
import { maxManifestBytes } from '../../oci/manifest.ts'
import { acceptedManifests, isForeignLayerType } from '../../oci/media-types.ts'
import { familiarReference, type Reference } from '../../oci/reference.ts'
import type { RegistryCredentials } from '../api.ts'
import type { BlobSource, BlobTarget, Connection, ProxySettings, Repository, TlsFiles } from '../parts.ts'
import { type Authorizer, createAuthorizer, unauthorized } from './authorizer.ts'
import { digestMismatch } from './digest-check.ts'
import type { Endpoint } from './endpoints.ts'
import { isConnectionFailure, isTemporary, RegistryBusy, registryUnavailable, withRetries } from './failure.ts'
import { createTransport, type HttpRequest, type HttpResponse, readBody, type Transport } from './transport.ts'
import { createUploads } from './upload.ts'

export interface RepositoryOptions {
  readonly reference: Reference
  readonly endpoints: readonly Endpoint[]
  readonly credentials: RegistryCredentials | undefined
  readonly actions: 'pull' | 'pull,push'
  /** Certificates by `host:port` of an endpoint. */
  readonly tls: ReadonlyMap<string, TlsFiles>
  readonly proxies: ProxySettings
  /** Other repositories this one may take blobs from. */
  readonly mountFrom: readonly string[]
}

interface Place {
  readonly endpoint: Endpoint
  readonly connection: Connection
  readonly transport: Transport
  readonly authorizer: Authorizer
}

/** A request to the repository; `path` is what follows `/v2/<name>/`. */
export type RepositoryCall = Omit<HttpRequest, 'url'> & { readonly path: string }

/** One repository, see Repository in parts.ts. */
export function createRepository(options: RepositoryOptions): Repository {
  const { reference, endpoints, credentials, actions, mountFrom } = options
  const { host, path: name } = reference
  const scope = [`repository:${name}:${actions}`, ...mountFrom.map((other) => `repository:${other}:pull`)].join(' ')
  const places: Place[] = endpoints.map((endpoint) => createPlace(endpoint, scope, options))
  let chosen: Place | undefined

  /** Sends to the place that answered before, or finds the first that answers. */
  const send = async (call: RepositoryCall): Promise<HttpResponse> => {
    const known = chosen
    if (known !== undefined) return sendTo(known, call)
    let failure: unknown
    for (const [index, place] of places.entries()) {
      try {
        const response = await sendTo(place, call)
        if (isMisplaced(place, response) && index < places.length - 1) {
          response.body.resume()
          continue
        }
        chosen = place
        return response
      } catch (error) {
        // The first failure of the registry itself tells most; what the other scheme says is noise.
        if (failure === undefined || !place.endpoint.mirror) failure ??= error
        if (!(place.endpoint.mirror || isConnectionFailure(error))) throw error
      }
    }
    throw failure
  }
  const sendTo = async ({ endpoint, transport, authorizer }: Place, { path, ...call }: RepositoryCall): Promise<HttpResponse> => {
    const attempt = (authorization: string | undefined): Promise<HttpResponse> =>
      transport.send({
        ...call,
        url: `${endpoint.base}/v2/${name}/${path}`,
        headers: { ...call.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
      })
    const response = await attempt(authorizer.current())
    if (response.status !== 401) return response
    response.body.resume()
    const answer = await authorizer.answer(response.headers['www-authenticate'] ?? '', call.signal ?? undefined)
    if (answer === undefined) throw unauthorized(host, name, credentials !== undefined)
    return attempt(answer)
  }
  /** Like send, with retries, and an error for every status that is not in `expected`. */
  const request = async (call: RepositoryCall, expected: readonly number[]): Promise<HttpResponse> => {
    try {
      return await withRetries(
        async () => {
          const response = await send(call)
          if (expected.includes(response.status)) return response
          response.body.resume()
          throw statusError(response, { host, name, credentials })
        },
        { signal: call.signal, ...(call.body === undefined ? {} : { attempts: 1 }) },
      )
    } catch (error) {
      throw registryUnavailable(host, error)
    }
  }
  return {
    manifest: async (tagOrDigest, signal) => {
      const call: RepositoryCall = {
        path: `manifests/${checkedTag(tagOrDigest)}`,
        headers: { Accept: acceptedManifests.join(', ') },
        signal,
      }
      const response = await request(call, [200, 404])
      if (response.status === 404) {
        response.body.resume()
        throw imageNotFound(reference)
      }
      const bytes = await readBody(response, maxManifestBytes).catch((error: unknown) => {
        throw registryUnavailable(host, error)
      })
      // The registry's own Docker-Content-Digest is no proof of anything, so it is not read.
      const digest = isDigest(tagOrDigest) ? tagOrDigest : (`sha256:${sha256(bytes)}` as Digest)
      if (!digestMatches(bytes, digest)) throw digestMismatch(digest, 'manifest', host)
      return { bytes, mediaType: response.headers['content-type'] ?? '', digest }
    },
    blob: (descriptor, maxBytes, signal) =>
      withRetries(
        async () => {
          const response = await request({ path: `blobs/${parseDigest(descriptor.digest)}`, signal }, [200])
          const bytes = await readBody(response, Math.min(maxBytes, descriptor.size)).catch((error: unknown) => {
            throw isTemporary(error) ? error : registryUnavailable(host, error)
          })
          if (bytes.length !== descriptor.size || !digestMatches(bytes, descriptor.digest))
            throw digestMismatch(descriptor.digest, 'blob', host)
          return bytes
        },
        { signal },
      ).catch((error: unknown) => {
        throw registryUnavailable(host, error)
      }),
    source: (descriptor) => blobSource(descriptor, chosen ?? places.at(-1), name),
    target: (descriptor) => blobTarget(descriptor, chosen ?? places.at(-1), name),
    reauthorize: async (challenge) => chosen?.authorizer.answer(challenge),
    ...createUploads({
      request,
      target: (descriptor) => blobTarget(descriptor, chosen ?? places.at(-1), name),
      answer: async (challenge) => chosen?.authorizer.answer(challenge),
    }),
  }
}

function createPlace(endpoint: Endpoint, scope: string, { credentials, tls, proxies }: RepositoryOptions): Place {
  const { base, insecureTls, mirror } = endpoint
  const { host } = new URL(base)
  const files = tls.get(host)
  const connection: Connection = { insecureTls, proxies, ...(files === undefined ? {} : { tls: files }) }
  const transport = createTransport(host, connection)
  const authorizer = createAuthorizer({ base, transport, scope, credentials: mirror ? undefined : credentials })
  return { endpoint, connection, transport, authorizer }
}

/** A plain-HTTP request that reached a TLS port, or a mirror that cannot help. */
function isMisplaced({ endpoint }: Place, response: HttpResponse): boolean {
  if (endpoint.mirror) return response.status >= 400
  return response.status === 400 && response.headers['docker-distribution-api-version'] === undefined
}

function blobSource(descriptor: Descriptor, place: Place | undefined, name: string): BlobSource {
  const { digest, size, mediaType, urls } = descriptor
  const foreign = isForeignLayerType(mediaType) ? urls?.find((url) => url.startsWith('https://')) : undefined
  const proxies = place?.connection.proxies
  if (foreign !== undefined) return { url: foreign, digest, size, insecureTls: false, ...(proxies === undefined ? {} : { proxies }) }
  return { url: `${place?.endpoint.base ?? ''}/v2/${name}/blobs/${parseDigest(digest)}`, digest, size, ...access(place) }
}

function blobTarget({ digest, size }: Descriptor, place: Place | undefined, name: string): BlobTarget {
  return { url: `${place?.endpoint.base ?? ''}/v2/${name}/blobs/uploads/`, digest, size, ...access(place) }
}

function access(place: Place | undefined): Connection & { readonly authorization?: string } {
  const authorization = place?.authorizer.current()
  return { ...(place?.connection ?? { insecureTls: false }), ...(authorization === undefined ? {} : { authorization }) }
}

/** Tag or digest, checked before it becomes a part of a URL. */
function checkedTag(text: string): string {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(text) ? text : parseDigest(text)
}

interface Subject {
  readonly host: string
  readonly name: string
  readonly credentials: RegistryCredentials | undefined
}

function statusError(response: HttpResponse, { host, name, credentials }: Subject): TscomposeError {
  const { status } = response
  if (status === 401 || status === 403) return unauthorized(host, name, credentials !== undefined)
  if (status === 429 || status >= 500) return new RegistryBusy(host, status, response.headers['retry-after'])
  return new TscomposeError('unavailable', 'REGISTRY_UNAVAILABLE', `registry ${host} answered ${status} for ${name}`, {
    hint: status === 404 ? 'the registry has lost a part of the image; push it again' : 'check that this host is an image registry',
    target: host,
  })
}

function imageNotFound(reference: Reference): TscomposeError {
  const text = familiarReference(reference)
  return new TscomposeError('not-found', 'IMAGE_NOT_FOUND', `image ${text} is not at registry ${reference.host}`, {
    hint: 'check the name and the tag',
    target: text,
  })
}
