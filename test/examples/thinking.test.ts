import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ScriptedRequest } from '../support/scripted-provider.ts'
import { asked, call, deliver, failureOfTests, plan, plannedStep, thinking } from '../support/thinking.ts'

const slugify = `const spelled = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

export function slugify(text) {
  const slug = text
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => spelled[letter])
    .normalize('NFD')
    .replace(/\\p{Diacritic}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return slug || 'untitled'
}
`
const duration = `const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const amounts = /(\\d+)\\s*(d|h|m|s)(?:ays?|ours?|inutes?|econds?)?(?=\\s|\\d|$)\\s*/gy

export function parseDuration(text) {
  const found = [...text.trim().matchAll(amounts)]
  const understood = found.map(([part]) => part).join('')
  if (understood === '' || understood !== text.trim()) throw new RangeError(\`not a duration: \${text}\`)
  return found.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit], 0)
}

export function formatDuration(ms) {
  const parts = []
  let rest = ms
  for (const [unit, size] of Object.entries(units).reverse()) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(\`\${amount}\${unit}\`)
    rest %= size
  }
  return parts.join(' ') || '0s'
}
`
const truncate = `export function truncate(text, length) {
  if (text.length <= length) return text
  const room = text.slice(0, length)
  const space = room.lastIndexOf(' ')
  return \`\${space > 0 ? room.slice(0, space) : room.slice(0, length - 1)}…\`
}
`
const examples = `# tidy-text

- slugify('Ärger über Größe') is 'aerger-ueber-groesse'
- parseDuration('1h 30m') is 5400000, and formatDuration(5400000) is '1h 30m'
- truncate('the quick brown fox', 12) is 'the quick…'
- wordCount('two words') is 2
`

/** Whatever it is asked about is met, as the first added line of the last file shows. */
function judge({ text }: ScriptedRequest) {
  const ids = [...text.matchAll(/name="criteria" id="(\w+)"/g)].map(([, id]) => id)
  const file = [...text.matchAll(/name="diff" file="([^"]+)"/g)]
    .map(([, name]) => name!)
    .find((name) => /^(README|src)/.test(name))!
  const line = Number(/^\+ +(\d+) \|/m.exec(text.slice(text.indexOf(`file="${file}"`)))![1])
  const citations = [{ file, firstLine: line, lastLine: line }]
  return { text: { criteria: ids.map((id) => ({ id, verdict: 'met', why: 'It is there.', citations })) } }
}

test('the thinking example is planned, waits for a person where a test was changed, and goes on when started again', async () => {
  const world = await thinking()
  const { provider, home } = world
  const repair = plannedStep('repair', { requirementIds: ['R1', 'R2', 'R3'] })
  const document = plannedStep('document', {
    type: 'document',
    dependsOn: ['repair'],
    requirementIds: ['R4'],
    acceptanceCriteriaIds: ['AC2'],
  })
  provider.on(asked.plan, plan(repair, document)).on(asked.judge, judge)
  provider.on(
    (request) => asked.agent(request) && request.text.includes('repair is done'),
    [
      {
        calls: [
          { name: 'write', arguments: { path: 'src/slugify.js', content: slugify } },
          { name: 'write', arguments: { path: 'src/duration.js', content: duration } },
          { name: 'write', arguments: { path: 'src/truncate.js', content: truncate } },
        ],
      },
      call('run', { argv: ['node', '--test'] }),
      call('patch', {
        path: 'test/truncate.test.js',
        edits: [{ find: "10), 'the...')", replace: "10), 'the quick…')" }],
      }),
      deliver('One test asked for three dots where the README promises an ellipsis: changed.'),
    ],
  )
  provider.on(
    (request) => asked.agent(request) && request.text.includes('document is done'),
    [call('write', { path: 'README.md', content: examples }), deliver('The README has examples.')],
  )

  const first = await world.adjutant('example', 'thinking')
  expect(first.code, first.stdout + first.stderr).toBe(3)
  expect(first.stdout).toContain('a goal and no steps')
  const { id, approvals } = await world.shown()
  expect(approvals).toMatchObject([{ type: 'step_review' }])
  expect((await world.adjutant('approve', approvals[0].id)).code).toBe(0)

  const second = await world.adjutant('example', 'thinking')
  expect(second.code, second.stdout + second.stderr).toBe(0)
  expect(second.stdout).toContain(`Going on with the unfinished directive ${id}`)
  const { folder } = JSON.parse(readFileSync(join(home, 'examples/thinking/current.json'), 'utf8'))
  expect(failureOfTests(join(folder, 'library'), `adjutant/${id}/result`)).toBeNull()
  expect(provider.unmatched).toEqual([])
}, 180_000)

test('without a model the thinking example says what it needs', async () => {
  const world = await thinking({ env: { ADJUTANT_MODEL: '' } })
  const { code, stdout, stderr } = await world.adjutant('example', 'thinking')
  expect(code).toBe(2)
  expect(stdout + stderr).toContain('ADJUTANT_MODEL')
}, 60_000)
