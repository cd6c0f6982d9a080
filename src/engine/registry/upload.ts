import { createReadStream } from 'node:fs'
import { TscomposeError } from '../../base/errors.ts'
import type { Repository } from '../parts.ts'
import type { RepositoryCall } from './repository.ts'
import type { HttpResponse } from './transport.ts'

export interface UploadOptions {
  readonly request: (call: RepositoryCall, expected: readonly number[]) => Promise<HttpResponse>
  readonly base: () => string
}

/** The pushing half of a repository: each blob is one POST and one PUT. */
export function createUploads({ request, base }: UploadOptions): Pick<Repository, 'hasBlob' | 'uploadFile' | 'putManifest'> {
  return {
    hasBlob: async (digest, signal) => {
      const response = await request({ method: 'HEAD', path: `blobs/${digest}`, signal }, [200, 404])
      response.body.resume()
      return response.status === 200
    },
    uploadFile: async (path, { digest, size }, signal) => {
      const begun = await request({ method: 'POST', path: 'blobs/uploads/', headers: { 'Content-Length': '0' }, signal }, [202])
      begun.body.resume()
      const url = uploadUrl(begun, base())
      url.searchParams.set('digest', digest)
      const done = await request(
        {
          method: 'PUT',
          path: url.href,
          headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(size) },
          body: createReadStream(path),
          signal,
        },
        [201],
      )
      done.body.resume()
    },
    putManifest: async (tagOrDigest, bytes, mediaType, signal) => {
      const response = await request(
        { method: 'PUT', path: `manifests/${tagOrDigest}`, headers: { 'Content-Type': mediaType }, body: bytes, signal },
        [201],
      )
      response.body.resume()
    },
  }
}

/** The place the registry named for the bytes: it must be the registry itself, for credentials go with it. */
function uploadUrl(response: HttpResponse, base: string): URL {
  const url = new URL(response.headers.location ?? '', `${base}/`)
  if (url.host === new URL(base).host) return url
  throw new TscomposeError('denied', 'REDIRECT_REFUSED', `registry ${new URL(base).host}: upload to ${url.host} was refused`)
}
