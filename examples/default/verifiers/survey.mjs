// Verifies the survey: exit code 0 when docs/survey.md lists tests, and only such as there are. It runs again in the
// final review, when they no longer fail, so that is not asked.
import { readdirSync, readFileSync } from 'node:fs'

const listed = [...readFileSync('docs/survey.md', 'utf8').matchAll(/^- (.+)$/gm)].map(([, title]) => title)
const tests = readdirSync('test').map((file) => readFileSync(`test/${file}`, 'utf8'))
const invented = listed.filter((title) => !tests.some((source) => source.includes(`test('${title}'`)))

for (const title of invented) console.error(`there is no such test: ${title}`)
if (listed.length === 0) console.error('no test is listed')
process.exitCode = listed.length > 0 && invented.length === 0 ? 0 : 1
