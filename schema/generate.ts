import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { compile } from 'json-schema-to-typescript'
import { composeSchema } from './compose.ts'

/*
 * node schema/generate.ts          writes the schema and what is made of it
 * node schema/generate.ts --check  fails if a file is not what would be written
 */

const notice = 'made by schema/generate.ts; do not edit'

const strip = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(strip)
  if (node === null || typeof node !== 'object') return node
  const isSchema = (key: string, value: unknown): boolean =>
    !((key === 'description' || key === 'title' || key === 'deprecated' || key === 'default') && typeof value !== 'object')
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => isSchema(key, value))
      .map(([key, value]) => [key, strip(value)]),
  )
}

/** The validator as one ES module without dependencies; descriptions are left out, they only cost size. */
function validatorCode(): string {
  const ajv = new Ajv({ allErrors: true, verbose: false, strict: false, inlineRefs: false, code: { source: true, esm: true, lines: true } })
  const code = standalone.default(ajv, ajv.compile(strip(composeSchema) as object))
  // Standalone code still asks for these two through require().
  const withImports = code
    .replaceAll(/require\("ajv\/dist\/runtime\/equal"\)\.default/g, 'equalData')
    .replaceAll(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, '((text) => [...text].length)')
  if (withImports.includes('require(')) throw new Error('the generated validator needs a module that is not mapped')
  const keys = `export const knownKeys = ${JSON.stringify(knownKeys())}`
  return `// ${notice}\n${equalData.toString()}\n${withImports}\n${keys}\n`
}

/** Keys every closed map knows, by path pattern (`services.*.build`): what "did you mean" chooses from. */
function knownKeys(): Readonly<Record<string, readonly string[]>> {
  const definitions = composeSchema.definitions as Readonly<Record<string, Node>>
  const found: Record<string, readonly string[]> = {}
  const visit = (node: Node, path: readonly string[]): void => {
    const target = node.$ref === undefined ? node : definitions[node.$ref.replace('#/definitions/', '')]
    if (target === undefined) return
    if (target !== node) visit(target, path)
    for (const option of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) visit(option, path)
    if (node.items !== undefined) visit(node.items, [...path, '*'])
    for (const [name, member] of Object.entries(node.properties ?? {})) visit(member, [...path, name])
    for (const [pattern, member] of Object.entries(node.patternProperties ?? {})) if (pattern !== '^x-') visit(member, [...path, '*'])
    if (node.properties !== undefined) found[path.join('.')] = Object.keys(node.properties)
  }
  visit(composeSchema as Node, [])
  return found
}

interface Node {
  readonly $ref?: string
  readonly oneOf?: readonly Node[]
  readonly anyOf?: readonly Node[]
  readonly items?: Node
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
}

/** Equality of plain data; its text goes into the validator, which must stand alone. */
function equalData(a: never, b: never): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalData(a[key], b[key]))
}

const validatorTypes = `// ${notice}
export interface SchemaError {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string
}
declare const validate: { (data: unknown): boolean; errors?: readonly SchemaError[] | null }
/** Path pattern -> keys of the closed map there. */
export declare const knownKeys: Readonly<Record<string, readonly string[]>>
export default validate
`

const target = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

async function outputs(): Promise<ReadonlyMap<string, string>> {
  const types = await compile(structuredClone(composeSchema) as never, 'ComposeFile', {
    bannerComment: `// ${notice}`,
    additionalProperties: false,
    format: false,
  })
  return new Map([
    [target('./compose.schema.json'), `${JSON.stringify(composeSchema, null, 2)}\n`],
    [target('../src/project/schema/types.gen.ts'), types],
    [target('../src/project/schema/validate.gen.js'), validatorCode()],
    [target('../src/project/schema/validate.gen.d.ts'), validatorTypes],
  ])
}

const readOrEmpty = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const check = process.argv.includes('--check')
for (const [path, content] of await outputs()) {
  if (!check) writeFileSync(path, content)
  else if (readOrEmpty(path) !== content) {
    console.error(`${path} is not up to date: run node schema/generate.ts`)
    process.exitCode = 1
  }
}
