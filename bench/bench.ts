// Measures on an embedded database of its own, durable as in the product: npm run bench -- [--json] [--seconds 10]
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbedded, stopEmbedded } from '../db/index.ts'
import { measureDirectives } from './directives.ts'
import { describeMachine, rounded, type Figure } from './figures.ts'
import { measureLatency, measureTransitions } from './transitions.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '10' } },
})

const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-bench-'))
chmodSync(folder, 0o711) // run by root, the server's user must get in
const home = path.join(folder, 'home')
mkdirSync(home)
const database = await openEmbedded({ home })
try {
  const [row] = await database.sql<{ version: string; fsync: string; commit: string }[]>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`
  const machine = describeMachine(`${row?.version}, fsync ${row?.fsync}, synchronous_commit ${row?.commit}`)
  const figures = [
    ...(await measureLatency(database)),
    ...(await measureTransitions(database, Number(values.seconds))),
    ...(await measureDirectives(database, path.join(folder, 'work'))),
  ].map((figure) => ({ ...figure, value: rounded(figure.value) }))
  if (values.json) console.log(JSON.stringify({ machine, figures }))
  else print(machine, figures)
} finally {
  await database.close()
  await stopEmbedded(home)
  rmSync(folder, { recursive: true, force: true })
}

function print(machine: object, figures: Figure[]) {
  for (const [name, value] of Object.entries(machine)) console.log(`${name.padEnd(32)}${value}`)
  console.log()
  for (const { name, value, unit } of figures) console.log(`${name.padEnd(32)}${String(value).padStart(9)} ${unit}`)
}
