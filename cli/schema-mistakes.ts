import type { z } from 'zod'
import { closest } from '../machines/index.ts'
import { keysAt, valuesAt } from './schema-shape.ts'
import type { Path, Place, Source } from './source-map.ts'

type Issue = z.core.$ZodIssue
export type Found = Place & { code: string; message: string; suggestion?: string | undefined }

/** Every zod issue in words for whoever wrote the file: where, what, and what was probably meant. */
export const schemaMistakes = (schema: z.ZodType, issues: readonly Issue[], source: Source): Found[] =>
  issues.flatMap((issue) => describe(schema, issue, source, []))

function describe(schema: z.ZodType, issue: Issue, source: Source, above: Path): Found[] {
  const path = [...above, ...(issue.path as (string | number)[])]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, source, path, key))
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return likeliest(issue.errors).flatMap((inner) => describe(schema, inner, source, path))
  }
  const value = valueAt(source.value, path)
  if (path.length === 0 && value == null)
    return [{ line: 1, column: 1, code: 'file.empty', message: 'the file is empty' }]
  if (value === undefined && path.length > 0) return [missing(source, path, schema)]
  const found = { ...source.placeOf(path), code: 'file.invalid' }
  const choices = issue.code === 'invalid_value' ? issue.values.map(String) : valuesAt(schema, path, source.value)
  if (choices.length > 0 && isWrongChoice(issue)) return [{ ...found, ...wrongChoice(path, value, choices) }]
  return [{ ...found, message: `${nameOf(path)}: ${wordsOf(issue)}`, suggestion: listSuggestion(issue, value) }]
}

/** `argv: npm test` is the mistake everybody makes once. */
const listSuggestion = (issue: Issue, value: unknown): string | undefined =>
  issue.code === 'invalid_type' && issue.expected === 'array' && typeof value === 'string'
    ? `write a list: [${value.trim().split(/\s+/).join(', ')}]`
    : undefined

const isWrongChoice = (issue: Issue): boolean => issue.code === 'invalid_value' || issue.code === 'invalid_union'

/** Of a union's alternatives, the one whose complaints lie deepest: it is the one that was meant. */
function likeliest(alternatives: Issue[][]): Issue[] {
  const depth = (issues: Issue[]) => Math.min(...issues.map((issue) => issue.path.length + nested(issue)))
  const nested = (issue: Issue): number =>
    issue.code === 'unrecognized_keys' ? 1 : issue.code === 'invalid_union' && issue.errors.length > 0 ? 1 : 0
  return [...alternatives].sort((a, b) => depth(b) - depth(a))[0] ?? []
}

function unknownKey(schema: z.ZodType, source: Source, path: Path, key: string): Found {
  const known = keysAt(schema, path, source.value)
  const place = source.placeOfKey([...path, key])
  const suggestion = meant(key, known) ?? (known.length > 0 ? `known here: ${known.join(', ')}` : undefined)
  return { ...place, code: 'file.unknown_key', message: `unknown key "${key}" in ${nameOf(path)}`, suggestion }
}

function missing(source: Source, path: Path, schema: z.ZodType): Found {
  const choices = valuesAt(schema, path, source.value)
  const message = `${nameOf(path.slice(0, -1))} has no "${path.at(-1)}"`
  const suggestion = choices.length > 0 ? `one of: ${choices.join(', ')}` : undefined
  return { ...source.placeOf(path), code: 'file.missing_key', message, suggestion }
}

function wrongChoice(path: Path, value: unknown, choices: readonly string[]): Pick<Found, 'message' | 'suggestion'> {
  const guess = typeof value === 'string' ? meant(value, choices) : undefined
  const all = `one of: ${choices.join(', ')}`
  return {
    message: `${nameOf(path)}: ${JSON.stringify(value)} is not known`,
    suggestion: guess ? `${guess} (${all})` : all,
  }
}

function wordsOf(issue: Issue): string {
  const words = issue.message.replace(/^Invalid input: /, '').replace(/^Too (small|big): /, '')
  return words.charAt(0).toLowerCase() + words.slice(1)
}

/** `chain.steps[2].contract`, or `the file` at the top. */
export const nameOf = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '') || 'the file'

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, part) => (at as Record<string | number, unknown> | null | undefined)?.[part], value)

const meant = (word: string, candidates: readonly string[]): string | undefined => {
  const found = closest(word, candidates)
  return found === undefined ? undefined : `did you mean "${found}"?`
}
