// Plays a hasty coding agent. Its first attempt writes umlauts and accents out and forgets the rest. A rework's
// instructions name the test that failed: it looks that test up and does what it asks for. Without instructions it
// has nothing to act on and delivers the same again.
import { writeFileSync } from 'node:fs'
import { readInstructions, readTests, summarize } from './contract.mjs'

const failures = readInstructions().match(/^.*(?:✖|not ok).*$/gm) ?? []
const named = readTests('test/slugify.test.js').filter(({ title }) => failures.some((line) => line.includes(title)))
const fallback = named.map(({ body }) => /slugify\(''\), '(.+?)'\)/.exec(body)?.[1]).find(Boolean)

const result = `text
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => spelled[letter])
    .normalize('NFD')
    .replace(/\\p{Diacritic}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')`

writeFileSync(
  'src/slugify.js',
  `const spelled = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

/** A name for an address: lower case, words joined by hyphens${fallback ? ', never empty' : ''}. */
export function slugify(text) {
  ${fallback ? `const slug = ${result}\n  return slug || '${fallback}'` : `return ${result}`}
}
`,
)

summarize(
  fallback
    ? `The failing test "${named[0].title}" asks for '${fallback}' where nothing is left of a text: done.`
    : 'Umlauts and accents are written out.',
)
