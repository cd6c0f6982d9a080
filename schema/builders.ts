/** Small builders for the compose schema: each returns a plain JSON Schema (draft-07) node. */
export type Schema = { readonly [key: string]: unknown }

const named = '^[a-zA-Z0-9._-]+$'

export const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more })
export const choice = (description: string, ...values: readonly string[]): Schema => ({ type: 'string', enum: values, description })
/** True or false; text is allowed because variables give text. */
export const flag = (description: string): Schema => ({ type: ['boolean', 'string'], description })
export const whole = (description: string): Schema => ({ type: ['integer', 'string'], description })
export const amount = (description: string): Schema => ({ type: ['number', 'string'], description })
export const texts = (description: string, more: Schema = {}): Schema => ({
  type: 'array',
  items: { type: 'string' },
  description,
  ...more,
})
export const uniqueTexts = (description: string): Schema => texts(description, { uniqueItems: true })
export const list = (description: string, items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, description, ...more })
export const ref = (definition: string, description?: string): Schema => ({
  $ref: `#/definitions/${definition}`,
  ...(description === undefined ? {} : { description }),
})
export const either = (description: string, ...options: readonly Schema[]): Schema => ({ oneOf: options, description })

export interface ObjectOptions {
  readonly required?: readonly string[]
  /** `x-` keys are welcome unless this is false. */
  readonly extensible?: boolean
  readonly nullable?: boolean
}

/** A map with exactly these keys, and `x-` extensions. */
export function object(description: string, properties: Readonly<Record<string, Schema>>, options: ObjectOptions = {}): Schema {
  const { required, extensible = true, nullable = false } = options
  return {
    type: nullable ? ['object', 'null'] : 'object',
    description,
    properties,
    ...(required === undefined ? {} : { required }),
    additionalProperties: false,
    ...(extensible ? { patternProperties: { '^x-': {} } } : {}),
  }
}

/** A map whose keys the user chooses. */
export function mapOf(description: string, member: Schema): Schema {
  return { type: 'object', description, patternProperties: { [named]: member }, additionalProperties: false }
}

/** A map with any key. */
export function options(description: string, types: readonly string[]): Schema {
  return { type: 'object', description, patternProperties: { '^.+$': { type: types } } }
}
