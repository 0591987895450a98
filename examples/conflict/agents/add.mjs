// Plays a coding agent that adds one function. Its first attempt waits until the other one has its workspace, too: else a
// fast machine could have merged the one before the other begins, and nothing would conflict.
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const [, , name] = process.argv
const sources = {
  capitalize: `/** The text with its first letter in upper case. */
export const capitalize = (text) => text.slice(0, 1).toUpperCase() + text.slice(1)
`,
  reverse: `/** The text from its end to its beginning. */
export const reverse = (text) => [...text].reverse().join('')
`,
}

const workspaces = () =>
  execFileSync('git', ['worktree', 'list', '--porcelain'], { encoding: 'utf8' }).match(/^worktree /gm)
const { attempt } = JSON.parse(readFileSync(process.env.ADJUTANT_CONTRACT_FILE, 'utf8'))
for (let waited = 0; attempt === 1 && workspaces().length < 3 && waited < 30_000; waited += 100) await pause(100)

writeFileSync(`src/${name}.js`, sources[name])
appendFileSync('src/index.js', `export { ${name} } from './${name}.js'\n`)
console.log(attempt === 1 ? `Added ${name}.` : `Added ${name} to what the other step has made of the file.`)
