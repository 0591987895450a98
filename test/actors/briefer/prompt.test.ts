import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { promptNamed, render, type Prompt } from '../../../actors/briefer/prompt.ts'

/** By version: the text that went under it. A changed prompt gets a new version, and a line here. */
const published: Record<string, string> = {
  'planner 1.0.0': '8f3a25e452ff',
  'judge 1.0.0': 'bb12ee20d6ea',
  'agent 1.0.0': '59a7e14b3972',
}

test.each(['planner', 'judge', 'agent'] as const)('the prompt %s has not changed under its version', (name) => {
  const { version } = promptNamed(name)
  const text = readFileSync(new URL(`../../../actors/prompts/${name}.md`, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  expect({ [`${name} ${version}`]: hash }).toEqual({ [`${name} ${version}`]: published[`${name} ${version}`] })
})

const prompt: Prompt = {
  name: 'p',
  version: '1',
  parts: { One: '\nUnder {{nonce}}.\n\n## A\n\n{{a}}\n\n{{b}}\n\n## B\n\n{{b}}\n\n## C\n\nalways\n' },
}

describe('a prompt', () => {
  it('loses the sections whose slots are all empty, and the empty slots of others', () => {
    expect(render(prompt, ['One'], { a: 'x', b: [] }, 'seed').One).toMatch(
      /^Under \w+\.\n\n## A\n\nx\n\n## C\n\nalways$/,
    )
    expect(render(prompt, ['One'], {}, 'seed').One).toMatch(/^Under \w+\.\n\n## C\n\nalways$/)
  })

  it('fills in each slot once: what is put in is no template, and keeps its blank lines and dollars', () => {
    const text = '{{b}} {{nonce}} $& $1\n\n\n\n## C'
    const { One } = render(prompt, ['One'], { a: [{ name: 'n', text }], b: 'B' }, 'seed')
    expect(One).toContain(`name="n">\n${text}\n</data-`)
  })
})
