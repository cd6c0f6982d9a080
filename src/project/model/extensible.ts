/** Extension keys are kept where they were written. */
export interface Extensible {
  readonly [extension: `x-${string}`]: unknown
}

export type StringMap = Readonly<Record<string, string>>

/** A null value asks for the variable of the project's environment; what is still null after loading has no value at all. */
export type NullableStringMap = Readonly<Record<string, string | null>>
