import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { steadyRate, type Contestant } from '../measurement.ts'
import { connect, prepareRows, type Entry } from './rows.ts'

const SYSTEMS = 10_000

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** One statement, and so one transaction, for each transition. */
const statement = ({ event, value, delta }: Entry, id: string) => `
  with moved as (update system set seq = seq + 1, time = time + 1 where id = ${id} returning id, seq, turn, time)
  insert into journal (system_id, seq, turn, incarnation, address, at, event, value, delta, key)
  select id, seq, turn, '1.0', '', time, ${quoted(event)}, ${quoted(value)}, ${quoted(delta)}, 'key-' || seq from moved`

// Postgres inside npm has no pgbench; many machines have one.
const found = spawnSync('pgbench', ['--version'], { encoding: 'utf8', cwd: '/' }).stdout?.match(/\d+\.\d+/)?.[0]

const unit = 'the same two rows a transition, an update and an insert in one statement and one transaction each'
const concurrencies = [8, 16, 32, 64]

const pgbench: Contestant = {
  name: 'pgbench, one transaction each',
  version: `pgbench ${found}`,
  unit,
  concurrencies,
  async run({ url, folder }, { seconds, concurrency }) {
    const entry = await prepareRows(url, SYSTEMS)
    const script = path.join(folder, 'transition.sql')
    const line = statement(entry, "'bare-' || :which").replaceAll('\n', ' ')
    writeFileSync(script, `\\set which random(0, ${SYSTEMS - 1})\n${line};\n`)
    const run = async (time: number) => {
      const args = ['-n', '-M', 'prepared', '-c', `${concurrency}`, '-j', '2', '-T', `${time}`, '-f', script, url]
      const { stdout } = await promisify(execFile)('pgbench', args, { cwd: folder })
      return Number(stdout.match(/tps = ([\d.]+)/)?.[1])
    }
    await run(1) // warms up
    return run(Math.ceil(seconds))
  },
}

const insteadOfIt: Contestant = {
  name: 'one transaction each',
  version: 'postgres.js 3.4.9; no pgbench on this machine',
  unit,
  concurrencies,
  async run({ url }, { seconds, concurrency }) {
    const text = statement(await prepareRows(url, SYSTEMS), '$1')
    const sql = connect(url, concurrency)
    const random = () => `bare-${Math.floor(Math.random() * SYSTEMS)}`
    try {
      return await steadyRate({ seconds, concurrency }, () => sql.unsafe(text, [random()], { prepare: true }))
    } finally {
      await sql.end()
    }
  },
}

export const contestants = [found ? pgbench : insteadOfIt]
