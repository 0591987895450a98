import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { putPiece } from '../../../actors/content.ts'
import type { ContractorInput, ModelAnswer } from '../../../machines/index.ts'
import { freshKey } from '../sandbox.ts'
import { git } from '../repositories.ts'
import { benchWith, contract } from '../tools/bench.ts'

const closing = (more: Partial<ContractorInput>): Omit<ContractorInput, 'workspace'> => ({
  directiveId: 'd1',
  contract: contract(),
  session: null,
  timeoutMs: 10_000,
  idleMs: null,
  budgetUsd: null,
  concluded: null,
  ...more,
})

async function afterWork() {
  const bench = await benchWith({ 'a.txt': 'a\n' })
  const answer: ModelAnswer = {
    model: 'm',
    text: 'I write it.',
    finish: 'tools',
    toolCalls: [{ id: 'c1', name: 'write', arguments: '{"path":"b.txt","content":"b\\n"}' }],
  }
  const { conversation } = await bench.run('tools', bench.inputFor(answer))
  const said = { role: 'assistant' as const, content: 'All is \u001b]0;done\u0007.', toolCalls: [] }
  const whole = await putPiece(bench.home, { parent: conversation, messages: [said] })
  return { ...bench, concluded: { summary: 'Wrote b.', conversation: whole } }
}

test('the built-in agent’s work is committed, with its summary as evidence and the whole transcript as log', async () => {
  const { run, workspace, concluded, path } = await afterWork()
  const output = await run('contractor', { ...closing({ concluded }), workspace })
  if (output.outcome !== 'delivered') throw new Error(output.reason)
  const { evidence } = output
  expect(evidence).toMatchObject({ modifiedFiles: ['b.txt'], summary: 'Wrote b.' })
  expect(git(path, 'log', '-1', '--format=%s%n%n%b', evidence.commit ?? '')).toMatch(/^Fix it - build\n\nWrote b\./)
  const log = evidence.logs.path ?? ''
  expect(readFileSync(log, 'utf8')).toBe(
    [
      '## user\nDo it.',
      '## agent\nI write it.\n-> write {"path":"b.txt","content":"b\\n"}',
      '## result\nwritten, 2 bytes',
      '## agent\nAll is ]0;done.\n\n',
    ].join('\n\n'),
  )
  expect(evidence.logs).toMatchObject({ bytes: statSync(log).size, tail: readFileSync(log, 'utf8') })
  expect(JSON.parse(output.session ?? '')).toEqual(concluded.conversation)
})

test('closed again after a crash it is the same commit and the same session', async () => {
  const { run, workspace, concluded } = await afterWork()
  const idempotencyKey = freshKey()
  const first = await run('contractor', { ...closing({ concluded }), workspace }, { idempotencyKey })
  const again = await run('contractor', { ...closing({ concluded }), workspace }, { idempotencyKey, attempt: 2 })
  expect({ ...again, at: 0 }).toEqual({ ...first, at: 0 })
})

test('nothing is closed that was not concluded', async () => {
  const { run, workspace } = await afterWork()
  await expect(run('contractor', { ...closing({}), workspace })).rejects.toMatchObject({ code: 'contract.unconcluded' })
})
