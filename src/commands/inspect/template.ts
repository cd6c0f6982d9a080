import { TscomposeError } from '../../base/errors.ts'

/**
 * Fills docker's `--format` for one object: text with `{{.A.B}}`, `{{index .A "key"}}` and `{{json .A}}`. Other Go
 * template constructs are refused.
 */
export function fillTemplate(template: string, object: unknown): string {
  if (template === 'json') return JSON.stringify(object)
  return template
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll(String.raw`\t`, '\t')
    .replaceAll(/\{\{-?\s*(.*?)\s*-?\}\}/g, (_match, action: string) => fillAction(action, object))
}

function fillAction(action: string, object: unknown): string {
  const [, verb = '', path = '', key] = /^(?:(json|index)\s+)?(\.[\w.]*)(?:\s+"([^"]*)")?$/.exec(action) ?? unsupported(action)
  const value = lookUp(object, path)
  if (verb === 'json') return JSON.stringify(value)
  if (verb === 'index') return asText(lookUpKey(value, key ?? ''))
  return asText(value)
}

function unsupported(action: string): never {
  throw new TscomposeError('unsupported', 'TEMPLATE', `--format does not understand {{${action}}}`, {
    hint: 'use {{.Field.Field}}, {{json .Field}} or {{index .Field "key"}}, or --format json with jq',
  })
}

function lookUp(object: unknown, path: string): unknown {
  return path
    .split('.')
    .filter((name) => name !== '')
    .reduce(lookUpKey, object)
}

function lookUpKey(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}

function asText(value: unknown): string {
  if (value === undefined) return '<no value>'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
