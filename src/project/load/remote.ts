/*
 * Compose files from git repositories and registries. Loading does not fetch anything: it asks for a reference it has no
 * local file for by throwing RemoteNeeded, and is run again when the file is there.
 */

/** Remote references and the local files they stand for. */
export type Remotes = Readonly<Record<string, string>>

/** Thrown to the caller of the load that can fetch; never seen by people. */
export class RemoteNeeded extends Error {
  readonly reference: string

  constructor(reference: string) {
    super(`${reference} has to be fetched first`)
    this.name = 'RemoteNeeded'
    this.reference = reference
  }
}

const gitReference = /^(?:(?:git|ssh):\/\/|git@[^/:]+:|https?:\/\/[^#]+\.git(?:#|$)|github\.com\/[^/]+\/)/

/** `oci://…`, and what git knows how to fetch: `https://host/repo.git#ref:dir`, `git@host:repo`, `github.com/owner/repo`. */
export function isRemote(reference: string): boolean {
  return reference.startsWith('oci://') || gitReference.test(reference)
}

/** The local file of a remote reference. Throws RemoteNeeded. */
export function remoteFile(reference: string, remotes: Remotes): string {
  const file = Object.hasOwn(remotes, reference) ? remotes[reference] : undefined
  if (file === undefined) throw new RemoteNeeded(reference)
  return file
}
