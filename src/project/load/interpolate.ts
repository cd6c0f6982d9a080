import { booleanOf } from '../codec.ts'
import {
  compileRules,
  descend,
  formatPath,
  isList,
  isTree,
  newTree,
  type Path,
  type RuleNode,
  ruleOf,
  type Tree,
  type Value,
} from '../tree.ts'
import { type LoadContext, reportAt } from './context.ts'
import { substitute } from './template.ts'

type Cast = (text: string) => number | boolean | undefined

const integer: Cast = (text) => (/^[-+]?\d+$/.test(text) ? Number(text) : undefined)
const float: Cast = (text) => (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined)
const boolean: Cast = booleanOf

const inServices = (table: Readonly<Record<string, Cast>>): Record<string, Cast> =>
  Object.fromEntries(Object.entries(table).map(([path, cast]) => [`services.*.${path}`, cast]))

/** Where text (after interpolation) becomes a number or a boolean, before the schema looks at it. */
const casts: RuleNode<Cast> = compileRules<Cast>({
  ...inServices({
    'build.no_cache': boolean,
    'build.privileged': boolean,
    'build.pull': boolean,
    'configs.*.mode': octal,
    cpu_count: integer,
    cpu_percent: float,
    cpu_period: integer,
    cpu_quota: integer,
    cpu_rt_period: integer,
    cpu_rt_runtime: integer,
    cpus: float,
    cpu_shares: integer,
    'deploy.placement.max_replicas_per_node': integer,
    'deploy.replicas': integer,
    'deploy.restart_policy.max_attempts': integer,
    'deploy.rollback_config.max_failure_ratio': float,
    'deploy.rollback_config.parallelism': integer,
    'deploy.update_config.max_failure_ratio': float,
    'deploy.update_config.parallelism': integer,
    'depends_on.*.restart': boolean,
    'env_file.*.required': boolean,
    'gpus.*.count': integer,
    'healthcheck.disable': boolean,
    'healthcheck.retries': integer,
    init: boolean,
    oom_kill_disable: boolean,
    oom_score_adj: integer,
    pids_limit: integer,
    'ports.*.target': integer,
    privileged: boolean,
    read_only: boolean,
    scale: integer,
    'secrets.*.mode': octal,
    stdin_open: boolean,
    tty: boolean,
    'ulimits.*': integer,
    'ulimits.*.hard': integer,
    'ulimits.*.soft': integer,
    'volumes.*.bind.create_host_path': boolean,
    'volumes.*.read_only': boolean,
    'volumes.*.volume.nocopy': boolean,
  }),
  'networks.*.attachable': boolean,
  'networks.*.enable_ipv4': boolean,
  'networks.*.enable_ipv6': boolean,
  'networks.*.external': boolean,
  'networks.*.internal': boolean,
  'volumes.*.external': boolean,
  'secrets.*.external': boolean,
  'configs.*.external': boolean,
})

/** Text stays text here: file modes are read as octal when they become numbers of the model. */
function octal(text: string): number | undefined {
  return /^(?:0[oO]?)?[0-7]+$/.test(text) ? Number.parseInt(text.replace(/^0[oO]/, ''), 8) : undefined
}

export interface InterpolateOptions {
  lookup(name: string): string | undefined
  /** False: variables stay as written (`config --no-interpolate`). */
  readonly enabled: boolean
}

/** Replaces variables in every value (never in keys) and gives text the type its place asks for. */
export function interpolate(tree: Tree, options: InterpolateOptions, context: LoadContext): Tree {
  if (!options.enabled) return tree
  const visitText = (text: string, path: Path, cast: Cast | undefined): Value => {
    const result = substitute(text, {
      lookup: options.lookup,
      onUnset: (name) =>
        finding(path, 'UNSET_VARIABLE', `The ${JSON.stringify(name)} variable is not set. Defaulting to a blank string.`, {
          severity: 'warning',
        }),
    })
    if ('failure' in result) {
      const { reason, message, variable } = result.failure
      if (reason === 'required') {
        finding(path, 'REQUIRED_VARIABLE', `error while interpolating ${formatPath(path)}: ${message}`, {
          hint: `set ${variable} in the environment or in .env`,
        })
      } else
        finding(path, 'BAD_INTERPOLATION', `invalid interpolation format for ${formatPath(path)}. ${message}.`, {
          hint: `write $$ for a plain dollar: ${quoteDollars(text)}`,
        })
      return text
    }
    if (cast === undefined) return result.text
    const typed = cast(result.text)
    if (cast === boolean && typed !== undefined && !/^(?:true|false)$/i.test(result.text)) {
      const message = `${JSON.stringify(result.text)} for boolean is not supported by YAML 1.2, please use \`${String(typed)}\``
      finding(path, 'OLD_BOOLEAN', message, { severity: 'warning' })
    }
    if (typed !== undefined) return typed
    const wanted = cast === boolean ? 'true or false' : cast === float ? 'a number' : 'a whole number'
    finding(path, 'BAD_TYPE', `${formatPath(path)}: ${JSON.stringify(result.text)} is not ${wanted}`)
    return result.text
  }
  const finding = (
    path: Path,
    code: string,
    message: string,
    more: { readonly severity?: 'warning'; readonly hint?: string } = {},
  ): void => {
    reportAt(context, { root: tree, path, code, message, ...more })
  }
  const visit = (value: Value, path: Path, rules: readonly RuleNode<Cast>[]): Value => {
    if (typeof value === 'string') return visitText(value, path, ruleOf(rules))
    if (isList(value)) {
      const items = value.map((item, index) => visit(item, [...path, index], descend(rules, index)))
      if (items.every((item, index) => item === value[index])) return value
      context.sources.inherit(value, items)
      return items
    }
    if (!isTree(value)) return value
    const copy = newTree()
    let changed = false
    for (const key of Object.keys(value)) {
      const member = value[key] ?? null
      copy[key] = visit(member, [...path, key], rules.length === 0 ? rules : descend(rules, key))
      if (copy[key] !== member) changed = true
    }
    if (!changed) return value
    context.sources.inherit(value, copy)
    return copy
  }
  return visit(tree, [], [casts]) as Tree
}

function quoteDollars(text: string): string {
  const escaped = text.replaceAll('$', '$$$$')
  return escaped.length > 60 ? `${escaped.slice(0, 57)}...` : escaped
}
