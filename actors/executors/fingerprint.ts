import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Changes whenever a file in the folder is made, written or removed: a sign of life for who prints nothing. */
export async function fingerprint(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true })
  const marks = await Promise.all(
    names.sort().map((name) =>
      stat(join(folder, name)).then(
        ({ mtimeMs, size }) => `${name} ${mtimeMs} ${size}`,
        () => name,
      ),
    ),
  )
  return marks.join('\n')
}
