import { sha256 } from '../base/hash.ts'

/**
 * chainIDs of a stack of layers, lowest first: the first is its diffID, each next one
 * sha256(chainID below + ' ' + diffID) (OCI image-spec config.md, "Layer ChainID").
 */
export function chainIds(diffIds: readonly string[]): readonly string[] {
  const chain: string[] = []
  for (const diffId of diffIds) chain.push(nextChainId(chain.at(-1) ?? '', diffId))
  return chain
}

/** chainID of one more layer over `parent` ('' where there is none). */
export function nextChainId(parent: string, diffId: string): string {
  return parent === '' ? diffId : `sha256:${sha256(`${parent} ${diffId}`)}`
}
