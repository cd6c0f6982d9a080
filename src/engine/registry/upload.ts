import type { Repository } from '../parts.ts'
import { uploadBlob } from './blob-upload.ts'
import type { RepositoryCall } from './repository.ts'
import type { HttpResponse } from './transport.ts'

export interface UploadOptions {
  readonly request: (call: RepositoryCall, expected: readonly number[]) => Promise<HttpResponse>
  readonly target: Repository['target']
  readonly answer: (challenge: string) => Promise<string | undefined>
}

/** The pushing half of a repository. */
export function createUploads({
  request,
  target,
  answer,
}: UploadOptions): Pick<Repository, 'hasBlob' | 'mountBlob' | 'uploadFile' | 'putManifest'> {
  return {
    hasBlob: async (digest, signal) => {
      const response = await request({ method: 'HEAD', path: `blobs/${digest}`, signal }, [200, 404])
      response.body.resume()
      return response.status === 200
    },
    mountBlob: async (digest, from, signal) => {
      const query = new URLSearchParams({ mount: digest, from })
      const path = `blobs/uploads/?${query}`
      // 202 is an upload begun instead; the registry drops it after a while. 4xx: it does not know the question.
      const response = await request({ method: 'POST', path, headers: { 'Content-Length': '0' }, signal }, [201, 202, 400, 403, 404, 405])
      response.body.resume()
      return response.status === 201
    },
    uploadFile: (path, descriptor, signal) => uploadBlob(target(descriptor), { path, signal, reauthorize: answer }),
    putManifest: async (tagOrDigest, bytes, mediaType, signal) => {
      const response = await request(
        { method: 'PUT', path: `manifests/${tagOrDigest}`, headers: { 'Content-Type': mediaType }, body: bytes, signal },
        [201],
      )
      response.body.resume()
    },
  }
}
