import { TscomposeError } from '../../base/errors.ts'

export type TemplateRow = Readonly<Record<string, unknown>>

/** What `--format` asks for. */
export type OutputFormat =
  | { readonly kind: 'table' }
  | { readonly kind: 'json' }
  | { readonly kind: 'template'; readonly text: string; readonly titled: boolean }

/** `table`, `json`, or a template with `{{.Field}}` and `{{json .Field}}`; `table ` before a template adds titles. */
export function parseFormat(text: string | undefined): OutputFormat {
  if (text === undefined || text === '' || text === 'table' || text === 'pretty') return { kind: 'table' }
  if (text === 'json') return { kind: 'json' }
  const titled = text.startsWith('table ')
  const template = titled ? text.slice('table '.length) : text
  if (!template.includes('{{')) {
    throw new TscomposeError('invalid', 'USAGE', `format value "${text}" could not be parsed: parsing failed`, {
      hint: 'use table, json or a template such as "{{.Name}} {{.Status}}"',
    })
  }
  return { kind: 'template', text: template.replaceAll('\\t', '\t').replaceAll('\\n', '\n'), titled }
}

/** One row through a template: `{{.Field}}`, `{{json .Field}}`, `{{.Label "name"}}`. Rejects a field the row does not have. */
export function fillTemplate(template: string, row: TemplateRow): string {
  return template.replaceAll(
    /\{\{-?\s*(?:(json\s+)?\.(\w*)|\.Label\s+"([^"]*)")\s*-?\}\}|\{\{[^}]*\}?\}?/g,
    (action, json: string | undefined, field: string | undefined, label: string | undefined) => {
      if (label !== undefined && typeof row.Labels === 'string') return labelOf(row.Labels, label)
      if (field === undefined) throw templateError(action)
      if (field !== '' && !(field in row)) throw templateError(action)
      const value = field === '' ? row : row[field]
      return json === undefined && typeof value !== 'object' ? String(value) : goJson(value)
    },
  )
}

/** A label's value out of `a=1,b=2`; empty where there is no such label. */
function labelOf(labels: string, name: string): string {
  return (
    labels
      .split(',')
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? ''
  )
}

/** Titles of a template's columns: `{{.RunningFor}}` stands under its own heading. */
export function templateTitles(template: string, titles: Readonly<Record<string, string>>): readonly string[] {
  return template.split('\t').map((cell) => {
    const field = /\.(\w+)/.exec(cell)?.[1] ?? ''
    return titles[field] ?? field.toUpperCase()
  })
}

function templateError(action: string): TscomposeError {
  return new TscomposeError('invalid', 'USAGE', `format: cannot evaluate ${action}`, {
    hint: 'fields are written {{.Name}} or {{json .Name}}, labels {{.Label "name"}}',
  })
}

/** JSON with the characters escaped that docker's encoder escapes. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
}
