// One directive of many steps whose executor does nothing: node bench/long-chain.ts [--steps 1000] [--shape line|wide]
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbedded, stopEmbedded } from '../db/index.ts'
import { measureLongChain } from './directives.ts'
import { rounded } from './figures.ts'

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '1000' }, shape: { type: 'string', default: 'line' } },
})

const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-bench-'))
chmodSync(folder, 0o711) // run by root, the server's user must get in
const home = path.join(folder, 'home')
mkdirSync(home)
const database = await openEmbedded({ home })
try {
  const shape = values.shape === 'wide' ? 'wide' : 'line'
  for (const { name, value, unit } of await measureLongChain(database, folder, Number(values.steps), shape))
    console.log(`${name.padEnd(48)}${String(rounded(value)).padStart(9)} ${unit}`)
} finally {
  await database.close()
  await stopEmbedded(home)
  rmSync(folder, { recursive: true, force: true })
}
