// `npm run build`: the package as it is published, in dist/package. Compiled, because Node strips no types inside
// node_modules, and without the Node that the clone brings along. `npm publish dist/package` publishes it.
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'

const target = 'dist/package'
await rm(target, { recursive: true, force: true })
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })

for (const path of ['cli/adjutant.mjs', 'examples', 'docs', 'README.md', 'ARCHITECTURE.md', 'LICENSE']) {
  await mkdir(`${target}/${path}`.replace(/\/[^/]+$/, ''), { recursive: true })
  await cp(path, `${target}/${path}`, { recursive: true })
}
// Read at run time, from beside the code that reads them.
for (const path of ['db/migrations', 'actors/prompts']) await cp(path, `${target}/dist/${path}`, { recursive: true })

const manifestOfClone = JSON.parse(await readFile('package.json', 'utf8'))
const { name, version, description, license, type, engines, bin, dependencies } = manifestOfClone
// Without declarations: those of the machines are too long for the compiler to write down.
const compiled = (source) => source.replace(/^\./, './dist').replace(/ts$/, 'js')
const exports = Object.fromEntries(
  Object.entries(manifestOfClone.exports).map(([entry, source]) => [entry, compiled(source)]),
)
const manifest = { name, version, description, license, type, engines, bin, exports, dependencies }
await writeFile(`${target}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
