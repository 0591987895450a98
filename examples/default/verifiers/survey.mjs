// Verifies the survey: exit code 0 when docs/survey.md lists the tests that fail, and only those.
import { readFileSync } from 'node:fs'
import { failingTests } from '../agents/failing-tests.mjs'

const listed = [...readFileSync('docs/survey.md', 'utf8').matchAll(/^- (.+)$/gm)].map(([, title]) => title)
const failing = failingTests()
const missing = failing.filter((title) => !listed.includes(title))
const invented = listed.filter((title) => !failing.includes(title))
for (const title of missing) console.error(`not listed: ${title}`)
for (const title of invented) console.error(`listed, but passes: ${title}`)
process.exitCode = failing.length > 0 && missing.length === 0 && invented.length === 0 ? 0 : 1
