import { z } from 'zod'
import type { Path } from './source-map.ts'

/** As much of JSON Schema as is walked here. */
type Shape = {
  $ref?: string
  properties?: Record<string, Shape>
  additionalProperties?: Shape | boolean
  items?: Shape
  anyOf?: Shape[]
  oneOf?: Shape[]
  enum?: unknown[]
  const?: unknown
  $defs?: Record<string, Shape>
}

/** The keys an object at this path may have. Of alternatives, those that fit the object's own `kind`, `type` ... */
export const keysAt = (schema: z.ZodType, path: Path, value: unknown): string[] =>
  unique(shapesAt(schema, path, value).flatMap((shape) => Object.keys(shape.properties ?? {})))

/** The values a text at this path may have, [] where anything goes. */
export const valuesAt = (schema: z.ZodType, path: Path, value: unknown): string[] =>
  unique(
    shapesAt(schema, path, value).flatMap((shape) => [...(shape.enum ?? []), shape.const ?? []].flat().map(String)),
  )

const unique = (words: string[]): string[] => [...new Set(words)]

function shapesAt(schema: z.ZodType, path: Path, value: unknown): Shape[] {
  const root = shapeOf(schema)
  let shapes = alternatives(root, root)
  let at = value
  for (const part of path) {
    const fitting = shapes.filter((shape) => part === discriminatorOf(shape) || fits(shape, at))
    shapes = fitting.flatMap((shape) => below(shape, part)).flatMap((shape) => alternatives(shape, root))
    at = (at as Record<string | number, unknown> | null | undefined)?.[part]
  }
  const fitting = shapes.filter((shape) => fits(shape, at))
  return fitting.length > 0 ? fitting : shapes
}

const below = (shape: Shape, part: string | number): Shape[] =>
  [typeof part === 'number' ? shape.items : (shape.properties?.[part] ?? shape.additionalProperties)].filter(
    (found) => typeof found === 'object',
  )

const alternatives = (shape: Shape, root: Shape): Shape[] => {
  const own = shape.$ref ? resolve(shape.$ref, root) : shape
  const inner = [...(own.anyOf ?? []), ...(own.oneOf ?? [])]
  return inner.length > 0 ? inner.flatMap((alternative) => alternatives(alternative, root)) : [own]
}

const resolve = (ref: string, root: Shape): Shape => (ref === '#' ? root : (root.$defs?.[ref.split('/').at(-1)!] ?? {}))

const discriminatorOf = (shape: Shape): string | undefined =>
  Object.entries(shape.properties ?? {}).find(([, property]) => property.const !== undefined)?.[0]

/** An alternative of a discriminated union fits when its constant is the value's. */
const fits = (shape: Shape, value: unknown): boolean =>
  Object.entries(shape.properties ?? {}).every(([key, property]) => {
    const given = (value as Record<string, unknown> | null | undefined)?.[key]
    return property.const === undefined || given === undefined || given === property.const
  })

const known = new WeakMap<z.ZodType, Shape>()

/** Made once: a long file may have a mistake on every line. */
function shapeOf(schema: z.ZodType): Shape {
  const shape = known.get(schema) ?? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape)
  known.set(schema, shape)
  return shape
}
