import { readFileSync } from 'node:fs'
import { type Block, delimited, nonceFor } from '../delimited.ts'

/** A prompt file, cut into its parts by the headings of the first level. */
export type Prompt = { name: string; version: string; parts: Readonly<Record<string, string>> }

/** What stands where a prompt file has `{{slot}}`: our own words, or data. Without any, '' or []. */
export type Slots = Readonly<Record<string, string | readonly Block[]>>

const prompts = new Map<string, Prompt>()

/** Prompts are files beside this one: shipped with the program, read once. */
export function promptNamed(name: 'planner' | 'judge' | 'agent'): Prompt {
  const found =
    prompts.get(name) ?? parsePrompt(readFileSync(new URL(`../prompts/${name}.md`, import.meta.url), 'utf8'))
  prompts.set(name, found)
  return found
}

function parsePrompt(file: string): Prompt {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(file) ?? []
  const { name = '', version = '' } = Object.fromEntries(
    head.split('\n').map((line) => line.split(': ', 2) as [string, string]),
  )
  const parts = body.split(/^# /m).slice(1)
  return {
    name,
    version,
    parts: Object.fromEntries(parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))])),
  }
}

/** Some parts of a prompt with their slots filled, all under one nonce. A section whose slots are all empty is left out. */
export function render<Part extends string>(
  prompt: Prompt,
  parts: readonly Part[],
  slots: Slots,
  seed: string,
): Record<Part, string> {
  const data = Object.values(slots).flatMap((slot) => (typeof slot === 'string' ? [] : slot))
  const nonce = nonceFor(seed, [...data.map((block) => JSON.stringify(block)), ...data.map(({ text }) => text)])
  const rendered = parts.map((part) => [part, renderPart(prompt.parts[part] ?? '', { ...slots, nonce }, nonce)])
  return Object.fromEntries(rendered) as Record<Part, string>
}

const slotPattern = /\{\{(\w+)\}\}/g

const renderPart = (part: string, slots: Slots, nonce: string): string =>
  part
    .split(/^(?=## )/m)
    .filter((section) => {
      const named = [...section.matchAll(slotPattern)].map(([, name]) => name!)
      return named.length === 0 || named.some((name) => (slots[name] ?? '').length > 0)
    })
    .join('')
    // Blank lines of the file, before data comes in: that stays as it is.
    .replaceAll(/^\{\{(\w+)\}\}\n/gm, (line, name: string) => ((slots[name] ?? '').length > 0 ? line : ''))
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
    // One pass: what is put in is not looked at again, whatever braces it has.
    .replaceAll(slotPattern, (_, name: string) => textOf(slots[name] ?? '', nonce))

const textOf = (slot: Slots[string], nonce: string): string =>
  typeof slot === 'string' ? slot : slot.map((block) => delimited(nonce, block)).join('\n\n')
