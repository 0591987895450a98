import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { z } from 'zod'
import { byPlace, type Mistake } from './mistake.ts'
import { Refusal } from './refusal.ts'
import { schemaMistakes } from './schema-mistakes.ts'
import { readSource } from './source-map.ts'

export type HomeDocument<File> = { file: File | undefined; mistakes: Mistake[] }

/** A YAML file of settings, with what is wrong in it by line and column. Without the file: what the schema makes of {}. */
export async function readHomeFile<File>(path: string, schema: z.ZodType<File>): Promise<HomeDocument<File>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const noun = basename(path, '.yaml')
    throw new Refusal(`${noun}.unreadable`, `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  })
  const source = readSource(text ?? '')
  const parsed = schema.safeParse(source.value ?? {})
  const found =
    source.syntax.length > 0
      ? source.syntax.map((place) => ({ ...place, code: 'file.syntax' }))
      : schemaMistakes(schema, parsed.error?.issues ?? [], source)
  const mistakes = found.map((each): Mistake => ({ severity: 'error', ...each, file: path })).sort(byPlace)
  return { file: mistakes.length === 0 ? parsed.data : undefined, mistakes }
}
