// What Adjutant hands to whoever carries out a step: a JSON file named by ADJUTANT_CONTRACT_FILE, and a folder named
// by ADJUTANT_OUTBOX for a summary. The current directory is the step's own git worktree.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The contract at hand: { name, attempt, phase, taskPlan, instructions, ... }. */
export const readContract = () => JSON.parse(readFileSync(process.env.ADJUTANT_CONTRACT_FILE, 'utf8'))

/** The instructions of a rework as one text, '' on the first attempt. */
export function readInstructions(contract = readContract()) {
  const { instructions } = contract
  if (!instructions) return ''
  return typeof instructions === 'string' ? instructions : JSON.stringify(instructions, null, 2).replaceAll('\\n', '\n')
}

/** Titles of the tests in a test file, with their source, in order. */
export function readTests(file) {
  const source = readFileSync(file, 'utf8')
  return [...source.matchAll(/^test\('(.+?)', \(\) => \{\n([\s\S]*?)^\}\)/gm)].map(([, title, body]) => ({
    title,
    body,
  }))
}

/** Leaves a summary of what was done, which becomes part of the evidence. */
export function summarize(text) {
  console.log(text)
  if (!process.env.ADJUTANT_OUTBOX) return
  mkdirSync(process.env.ADJUTANT_OUTBOX, { recursive: true })
  writeFileSync(join(process.env.ADJUTANT_OUTBOX, 'summary.md'), `${text}\n`)
}
