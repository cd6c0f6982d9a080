import { didYouMean } from '../diagnostic.ts'
import type { SchemaError } from '../schema/validate.gen.js'
import validate, { knownKeys } from '../schema/validate.gen.js'
import { formatPath, isList, isTree, newTree, type Path, type Tree, type Value, valueAt } from '../tree.ts'
import { type LoadContext, reportAt } from './context.ts'

/**
 * Checks a tree against the schema; every error becomes one finding in plain words. Returns the tree without what is
 * wrong, so that the phases after can look at the rest.
 */
export function checkSchema(tree: Tree, context: LoadContext): Tree {
  if (validate(tree)) return tree
  const wrong = essential(validate.errors ?? []).map((error) => report(error, tree, context))
  // Without its sections there is nothing left to look at.
  if (wrong.some((path) => path.length < 2 && !isExtraKey(path))) context.stopOnErrors()
  return wrong.toReversed().reduce<Tree>((rest, path) => without(rest, path, context) as Tree, tree)
}

const sections: ReadonlySet<string> = new Set(['services', 'networks', 'volumes', 'configs', 'secrets', 'models'])

function isExtraKey(path: Path): boolean {
  return path.length === 1 && !sections.has(String(path[0]))
}

/** The value without one of its parts. A member of a section stays as an empty one: others may refer to it. */
function without(value: Value, path: Path, context: LoadContext, depth = 0): Value {
  const [first, ...rest] = path
  if (first === undefined || value === null || typeof value !== 'object') return depth === 2 ? newTree() : value
  if (isList(value)) {
    const items =
      rest.length === 0
        ? value.toSpliced(Number(first), 1)
        : value.with(Number(first), without(value[Number(first)] ?? null, rest, context, depth + 1))
    context.sources.inherit(value, items)
    return items
  }
  const copy = Object.assign(newTree(), value)
  context.sources.inherit(value, copy)
  if (rest.length === 0 && !(depth === 1 && first in value)) delete copy[first]
  else if (first in copy) copy[first] = without(copy[first] ?? null, rest, context, depth + 1)
  return copy
}

/**
 * A `oneOf` fails with the errors of all its branches. What the user meant is the branch that fits the kind of value:
 * errors deeper than the choice itself say more than "wrong type" at the choice.
 */
function essential(errors: readonly SchemaError[]): readonly SchemaError[] {
  const choices = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
  const dropped = new Set<SchemaError>()
  for (const choice of choices) {
    const inside = errors.filter((error) => error !== choice && isWithin(error, choice))
    const telling = inside.filter(
      (error) => !(error.keyword === 'type' || error.keyword === 'enum') || error.instancePath !== choice.instancePath,
    )
    if (telling.length > 0) {
      dropped.add(choice)
      for (const error of inside) if (!telling.includes(error)) dropped.add(error)
    } else for (const error of inside) dropped.add(error)
  }
  return errors.filter((error) => !dropped.has(error))
}

function isWithin(error: SchemaError, choice: SchemaError): boolean {
  return error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`)
}

function toPath(instancePath: string, root: Value): Path {
  const path: (string | number)[] = []
  let value: Value | undefined = root
  for (const part of instancePath.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    path.push(isList(value) ? Number(key) : key)
    value = isList(value) ? value[Number(key)] : isTree(value) ? value[key] : undefined
  }
  return path
}

/** Returns the path of what is wrong. */
function report(error: SchemaError, root: Tree, context: LoadContext): Path {
  const path = toPath(error.instancePath, root)
  const value = valueAt(root, path)
  const where = path.length === 0 ? 'top level' : formatPath(path)
  const say = (
    code: string,
    message: string,
    more: { readonly hint?: string | undefined; readonly at?: Path; readonly atKey?: boolean } = {},
  ): Path => {
    const at = more.at ?? path
    reportAt(context, { root, path: at, code, message, hint: more.hint, atKey: more.atKey === true })
    return at
  }
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(error.params.additionalProperty)
      const meant = didYouMean(name, knownKeys[patternOf(path)] ?? [])
      const hint = meant === undefined ? undefined : `did you mean \`${meant}\`?`
      if (isNamedSection(path)) {
        return say('BAD_NAME', `${where}: ${JSON.stringify(name)} is not a valid name`, {
          at: [...path, name],
          atKey: true,
          hint: 'use letters, digits, dots, dashes and underscores',
        })
      }
      return say('UNKNOWN_KEY', `${where}: unknown key \`${name}\``, { at: [...path, name], atKey: true, hint })
    }
    case 'required':
      return say('MISSING_KEY', `${where}: \`${String(error.params.missingProperty)}\` is missing`)
    case 'type':
      return say('BAD_TYPE', `${where} must be ${describeTypes(error.params.type)}, not ${describe(value)}`, {
        hint: typeHint(error.params.type, value),
      })
    case 'enum':
      return say(
        'BAD_VALUE',
        `${where} must be one of ${(error.params.allowedValues as readonly unknown[]).join(', ')}, not ${describe(value)}`,
        {
          hint: enumHint(error.params.allowedValues as readonly string[], value),
        },
      )
    case 'uniqueItems':
      return say('NOT_UNIQUE', `${where}: item ${Number(error.params.i) + 1} is there twice`, { at: [...path, Number(error.params.i)] })
    case 'oneOf':
    case 'anyOf':
      return say('BAD_TYPE', `${where} cannot be ${describe(value)}`)
    default:
      return say('BAD_VALUE', `${where} ${error.message ?? 'is not valid'}: ${describe(value)}`)
  }
}

function isNamedSection(path: Path): boolean {
  return path.length === 1 && ['services', 'networks', 'volumes', 'configs', 'secrets', 'models'].includes(String(path[0]))
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'empty',
}

function describeTypes(types: unknown): string {
  const names = (Array.isArray(types) ? types : [types]).map((type) => typeNames[String(type)] ?? String(type))
  return names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

function describe(value: Value | undefined): string {
  if (value === null || value === undefined) return 'empty'
  if (isList(value)) return 'a list'
  if (isTree(value)) return 'a map'
  const shown = JSON.stringify(value)
  return shown.length > 40 ? `${shown.slice(0, 37)}…"` : shown
}

function typeHint(types: unknown, value: Value | undefined): string | undefined {
  const wanted = Array.isArray(types) ? types : [types]
  if (wanted.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) return `quote it: "${String(value)}"`
  if (wanted.includes('array') && typeof value === 'string') return `write a list: [${JSON.stringify(value)}]`
  return undefined
}

function enumHint(values: readonly string[], value: Value | undefined): string | undefined {
  const meant = typeof value === 'string' ? didYouMean(value, values) : undefined
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`
}

/** The path with `*` for list items and for names the user chose. */
function patternOf(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' || isChosen(path, index) ? '*' : part)).join('.')
}

const namedMaps: ReadonlySet<string> = new Set(['services', 'networks', 'volumes', 'configs', 'secrets', 'models', 'depends_on', 'ulimits'])

function isChosen(path: Path, index: number): boolean {
  return index > 0 && namedMaps.has(String(path[index - 1]))
}
