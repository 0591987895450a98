import { readFile } from 'node:fs/promises'
import { Refusal } from './refusal.ts'

/** Shorter ones can be guessed by asking. */
const fewest = 24

/** The tokens that `serve` takes from workers: a line of the file each (`#` begins a comment), and those of the variable. */
export async function readWorkerTokens(file: string | undefined, ofEnvironment: readonly string[]): Promise<string[]> {
  const lines = file === undefined ? [] : (await textOf(file)).split('\n').map((line) => line.replace(/#.*/, '').trim())
  const tokens = [...lines.filter(Boolean), ...ofEnvironment]
  for (const token of tokens) {
    if (token.length >= fewest && /^[A-Za-z0-9._~+/-]+=*$/.test(token)) continue
    throw new Refusal('token.unfit', `a worker's token has at least ${fewest} letters, digits and . _ ~ + / -`, {
      advice: 'make one with `openssl rand -hex 32`',
    })
  }
  return tokens
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException
    throw new Refusal('token.unreadable', `${file} cannot be read (${code})`, { cause })
  })
}
