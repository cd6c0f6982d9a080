import { equalValues, type Value } from '../tree.ts'

/** Deep equality as the generated validator wants it (`uniqueItems`). */
export function equalData(a: unknown, b: unknown): boolean {
  return equalValues(a as Value, b as Value)
}
