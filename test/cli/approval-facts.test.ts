import { expect, test } from 'vitest'
import { factLines } from '../../cli/approval-facts.ts'

test('a step that is reviewed shows what changed, what failed, what is unmet, and where to look', () => {
  const lines = factLines(
    {
      summary: 'mended it',
      diffStat: { files: 1, insertions: 2, deletions: 3 },
      tamperedFiles: ['test/a.test.ts'],
      baseCommit: 'a'.repeat(40),
      commit: 'b'.repeat(40),
      verifiers: [
        { name: 'unit', status: 'failed', command: 'npm test', outputTail: 'not ok\u001b[31m\n' },
        { name: 'lint', status: 'passed' },
      ],
      criteria: [
        {
          id: 'AC1',
          text: 'works',
          verdict: 'unmet',
          why: 'it does\nnot',
          citations: [{ file: 'src/a.ts', firstLine: 3, lastLine: 4 }],
          by: 'judge',
          required: true,
        },
      ],
    },
    { path: '/my repo' },
  )
  expect(lines).toEqual([
    'mended it',
    '1 file changed, +2 -3',
    'touches what verifiers rely on: test/a.test.ts',
    'unit failed: npm test',
    '  not ok[31m',
    'AC1 unmet (judged): it does not [src/a.ts:3-4]',
    "difference: git -C '/my repo' diff aaaaaaaaaaaa bbbbbbbbbbbb",
  ])
})

test('a plan that is reviewed shows who made it, why, its steps, and what it changes', () => {
  const lines = factLines({
    planningModel: 'big-1',
    rationale: 'one thing at a time',
    steps: [
      { name: 'one', type: 'implement', description: 'do one\nand more', dependsOn: [], executor: 'codex' },
      { name: 'two', type: 'test', description: 'do two', dependsOn: ['one'] },
    ],
    difference: { added: ['two'], removed: [], changed: [], unchanged: ['one'] },
  })
  expect(lines).toEqual([
    'planned by big-1',
    'one thing at a time',
    'one  implement by codex: do one',
    'two  test (after one): do two',
    'added two; unchanged one',
  ])
})

test('a chain that is stuck shows what would have to be better', () => {
  expect(factLines({ blocked: [{ name: 'one', instructions: 'mend it' }, { name: 'two' }] })).toEqual([
    'one:',
    '  mend it',
    'two:',
    '  ',
  ])
})
