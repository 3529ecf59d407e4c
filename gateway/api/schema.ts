// JSON Schemas of requests and answers, each with the TypeScript type it stands for. Knows no routes, and checks nothing.
//
// These few builders are all the API needs. A library of schemas took a third of the gateway's start.

declare const VALUE: unique symbol
const OPTIONAL = Symbol('optional')

/** What a schema may say beside its kind. */
interface Keywords {
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  /** Of a text, in characters. */
  readonly maxLength?: number
  /** Of a list. */
  readonly maxItems?: number
  readonly enum?: readonly unknown[]
  readonly additionalProperties?: boolean | Schema
}

/** A JSON Schema of a `Value`. */
export interface Schema<Value = unknown> extends Keywords {
  readonly [VALUE]?: Value
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

interface OptionalSchema<Value> extends Schema<Value> {
  readonly [OPTIONAL]: true
}

/** The type that a schema stands for. */
export type Static<S extends Schema> = S extends Schema<infer Value> ? Value : never

type Properties = Readonly<Record<string, Schema>>
type OptionalName<P extends Properties> = {
  [Name in keyof P]: P[Name] extends OptionalSchema<unknown> ? Name : never
}[keyof P]
type ObjectOf<P extends Properties> = {
  [Name in Exclude<keyof P, OptionalName<P>>]: Static<P[Name]>
} & { [Name in OptionalName<P>]?: Static<P[Name]> }

const plain =
  <Value>(type: string) =>
  (keywords: Keywords = {}): Schema<Value> => ({ type, ...keywords })

export const Type = {
  Null: plain<null>('null'),
  Boolean: plain<boolean>('boolean'),
  Integer: plain<number>('integer'),
  Number: plain<number>('number'),
  String: plain<string>('string'),

  Unknown: (keywords: Keywords = {}): Schema<unknown> => keywords,

  Literal: <const Value extends string | boolean>(
    value: Value,
    keywords: Keywords = {},
  ): Schema<Value> & { const: Value } => ({ type: typeof value, const: value, ...keywords }),

  Enum: <const Values extends readonly string[]>(
    values: Values,
    keywords: Keywords = {},
  ): Schema<Values[number]> => ({ enum: values, ...keywords }),

  Array: <S extends Schema>(items: S, keywords: Keywords = {}): Schema<Static<S>[]> & { items: S } => ({
    type: 'array',
    items,
    ...keywords,
  }),

  Union: <Members extends readonly Schema[]>(
    members: readonly [...Members],
    keywords: Keywords = {},
  ): Schema<Static<Members[number]>> & { anyOf: readonly Schema[] } => ({ anyOf: members, ...keywords }),

  /** Any names, all with the same kind of value. */
  Record: <S extends Schema>(values: S, keywords: Keywords = {}): Schema<Record<string, Static<S>>> => ({
    type: 'object',
    ...keywords,
    additionalProperties: values,
  }),

  /** All properties are required that are not `Optional`. */
  Object: <const P extends Properties>(
    properties: P,
    keywords: Keywords = {},
  ): Schema<ObjectOf<P>> & { properties: P } => {
    const required = Object.keys(properties).filter(name => !(OPTIONAL in properties[name]!))
    return { type: 'object', ...(required.length > 0 && { required }), properties, ...keywords }
  },

  Optional: <Value>(schema: Schema<Value>): OptionalSchema<Value> => ({ ...schema, [OPTIONAL]: true }),
}
