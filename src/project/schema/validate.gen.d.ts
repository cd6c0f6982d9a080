// made by schema/generate.ts; do not edit
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
