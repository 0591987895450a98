// Blocks of a page whose first line names a file: written beside each other, to be run.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Names of the files that were written into the folder. */
export async function writeBlocks(page: string, folder: string): Promise<string[]> {
  const text = await readFile(page, 'utf8')
  const blocks = [...text.matchAll(/^```ts\n(\/\/ (\S+\.ts)\n[\s\S]*?)^```$/gm)]
  for (const [, block, name] of blocks) await writeFile(join(folder, name!), block!)
  return blocks.map(([, , name]) => name!)
}

/** A program that runs them one after the other. */
export const programOf = (names: string[]) =>
  names.map((name) => `await import('./${name}'); console.log('${name}')`).join('\n')
