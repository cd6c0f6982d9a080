import type { Engine } from '../../engine/api.ts'
import { parseReference } from '../../oci/reference.ts'
import { type Credentials, createCredentials } from './credentials.ts'

/** The caller's logins for the calls of an engine's image part that may need them. */
export type ImageCalls = Pick<Engine['images'], 'pull' | 'push' | 'build'>

/** The same calls, each with the caller's login for its registry; credentials that are given win. */
export function withCredentials(images: ImageCalls, env: Readonly<Record<string, string | undefined>>): ImageCalls {
  const credentials = createCredentials(env)
  return {
    pull: async (params, context) => images.pull(await withLogin(params, credentials), context),
    push: async (params, context) => images.push(await withLogin(params, credentials), context),
    build: async (params, context) => images.build({ credentials: await credentials.all(), ...params }, context),
  }
}

async function withLogin<P extends Parameters<ImageCalls['push']>[0]>(params: P, credentials: Credentials): Promise<P> {
  if (params.credentials !== undefined) return params
  const login = await credentials.get(parseReference(params.reference).host)
  return login === undefined ? params : { ...params, credentials: login }
}
