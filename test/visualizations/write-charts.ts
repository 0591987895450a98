// `npm run charts`: draws docs/charts and the README's picture anew.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { chartFiles, withPictures } from './charts.ts'

await mkdir('docs/charts', { recursive: true })
for (const [path, text] of chartFiles()) await writeFile(path, text)
await writeFile('README.md', withPictures(await readFile('README.md', 'utf8')))
