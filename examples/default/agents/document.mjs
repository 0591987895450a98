// Plays a technical writer: adds examples to the README, taken from running the finished functions.
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { summarize } from './contract.mjs'

const { slugify, parseDuration, formatDuration, truncate } = await import(pathToFileURL(resolve('src/index.js')).href)
const examples = [
  [`slugify('Ärger über Größe')`, slugify('Ärger über Größe')],
  [`slugify('!!!')`, slugify('!!!')],
  [`parseDuration('1h 30m')`, parseDuration('1h 30m')],
  [`formatDuration(5_400_000)`, formatDuration(5_400_000)],
  [`truncate('the quick brown fox', 12)`, truncate('the quick brown fox', 12)],
]

const lines = examples.map(([call, value]) => `${call} // ${JSON.stringify(value)}`)
const [head] = readFileSync('README.md', 'utf8').split('\n## Examples')
writeFileSync('README.md', `${head}\n## Examples\n\n\`\`\`js\n${lines.join('\n')}\n\`\`\`\n`)
summarize(`The README shows ${examples.length} examples, each of them run.`)
