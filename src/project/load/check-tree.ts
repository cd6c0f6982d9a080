import { isIP } from 'node:net'
import { compileRules, descend, formatPath, isList, isTree, type Path, type RuleNode, ruleOf, type Tree, type Value } from '../tree.ts'
import { type LoadContext, reportAt } from './context.ts'

/* What a schema cannot say about one place of a canonical tree: path pattern -> check. */

interface Complaint {
  readonly code: string
  readonly message: string
  readonly at?: Path
  readonly hint?: string
}

type Check = (value: Value, path: Path) => Complaint | undefined

const oneSource =
  (...keys: readonly string[]): Check =>
  (value, path) => {
    if (!isTree(value)) return undefined
    const used = keys.filter((key) => value[key] !== undefined)
    const names = keys.join('|')
    if (used.length > 1) return { code: 'CONFLICT', message: `${names} attributes are mutually exclusive`, at: [...path, used[1] ?? ''] }
    if (used.length === 1 || value.driver !== undefined || value.external !== undefined) return undefined
    return { code: 'MISSING_KEY', message: `one of ${names} must be set` }
  }

const external: Check = (value, path) => {
  if (!isTree(value) || value.external !== true) return undefined
  const other = Object.keys(value).find((key) => key !== 'name' && key !== 'external' && !key.startsWith('x-'))
  if (other === undefined) return undefined
  return {
    code: 'CONFLICT',
    message: `conflicting parameters "external" and ${JSON.stringify(other)} specified`,
    at: [...path, other],
    hint: 'an external volume is used as it is: remove one of the two',
  }
}

const hostAddress: Check = (value, path) => {
  const address = isTree(value) ? value.host_ip : undefined
  if (typeof address !== 'string' || isIP(address) !== 0) return undefined
  return { code: 'BAD_VALUE', message: `invalid ip address: ${address}`, at: [...path, 'host_ip'] }
}

const portTarget = (value: Value): Complaint | undefined =>
  isTree(value) && (value.target === undefined || value.target === '')
    ? { code: 'MISSING_KEY', message: 'a port needs a `target`, the port in the container' }
    : undefined

const device: Check = (value, path) =>
  isTree(value) && value.count !== undefined && value.device_ids !== undefined
    ? { code: 'CONFLICT', message: '"count" and "device_ids" attributes are exclusive', at: [...path, 'count'] }
    : undefined

const notBlank: Check = (value) => (value === '' ? { code: 'BAD_VALUE', message: "value can't be blank" } : undefined)

const bindSource: Check = (value) =>
  isTree(value) && value.type === 'bind' && (value.source === undefined || value.source === '')
    ? { code: 'MISSING_KEY', message: 'a bind mount needs a `source`', hint: 'write the path on the host as `source`' }
    : undefined

const mountTarget: Check = (value) =>
  isTree(value) && (value.target === undefined || value.target === '')
    ? { code: 'MISSING_KEY', message: 'a mount needs a `target`' }
    : undefined

const rules: RuleNode<Check> = compileRules<Check>({
  'volumes.*': external,
  'configs.*': oneSource('file', 'environment', 'content'),
  'secrets.*': oneSource('file', 'environment'),
  'services.*.ports.*': (value, path) => portTarget(value) ?? hostAddress(value, path),
  'services.*.develop.watch.*.path': notBlank,
  'services.*.deploy.resources.reservations.devices.*': device,
  'services.*.gpus.*': device,
  'services.*.volumes.*': (value, path) => bindSource(value, path) ?? mountTarget(value, path),
})

export function checkTree(tree: Tree, context: LoadContext): void {
  const visit = (value: Value, path: Path, below: readonly RuleNode<Check>[]): void => {
    if (below.length === 0) return
    const complaint = ruleOf(below)?.(value, path)
    if (complaint !== undefined) {
      const { code, message, at = path, hint } = complaint
      reportAt(context, { root: tree, path: at, code, message: `${formatPath(path)}: ${message}`, hint })
    }
    if (isList(value)) for (const [index, item] of value.entries()) visit(item, [...path, index], descend(below, index))
    else if (isTree(value)) for (const key of Object.keys(value)) visit(value[key] ?? null, [...path, key], descend(below, key))
  }
  visit(tree, [], [rules])
}
