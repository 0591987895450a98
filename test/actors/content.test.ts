import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { getContent, putContent, putPiece, readConversation } from '../../actors/content.ts'
import { sandbox } from './sandbox.ts'

const filesIn = (home: string) =>
  readdirSync(join(home, 'content'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

const user = (content: string) => ({ role: 'user' as const, content })

test('the same document stored twice is one file, read again as it was, for its owner only', async () => {
  const home = sandbox()
  const [first, second] = await Promise.all([putContent(home, { a: 'ä' }), putContent(home, { a: 'ä' })])
  expect(first).toEqual(second)
  expect(first.bytes).toBe(10)
  expect(await getContent(home, first)).toEqual({ a: 'ä' })
  const files = filesIn(home)
  expect(files).toHaveLength(1)
  expect(files[0]).toMatch(new RegExp(`content/${first.sha256.slice(0, 2)}/${first.sha256}$`))
  expect(statSync(files[0]!).mode & 0o077).toBe(0)
})

test('a document that is not there, or not what was stored, fails with a code; storing it again makes it good', async () => {
  const home = sandbox()
  const ref = await putContent(home, 'hello')
  truncateSync(filesIn(home)[0]!, 3)
  await expect(getContent(home, ref)).rejects.toMatchObject({ code: 'content.corrupt' })
  await putContent(home, 'hello')
  expect(await getContent(home, ref)).toBe('hello')
  const absent = { sha256: 'a'.repeat(64), bytes: 1 }
  await expect(getContent(home, absent)).rejects.toMatchObject({ code: 'content.missing' })
})

test('a reference that is no hash is never made a path', async () => {
  await expect(getContent(sandbox(), { sha256: '../../etc/passwd', bytes: 1 })).rejects.toThrow(/sha256/)
})

test('a conversation is read from its last piece, with the tools and the shape named last', async () => {
  const home = sandbox()
  const tools = [{ name: 'list', description: 'lists', parameters: { type: 'object' } }]
  const first = await putPiece(home, { parent: null, messages: [user('one')], tools })
  const answer = { name: 'plan', schema: { type: 'object' } }
  const second = await putPiece(home, { parent: first, messages: [user('two'), user('three')], answer })
  expect(await readConversation(home, first)).toEqual({ messages: [user('one')], tools })
  expect(await readConversation(home, second)).toEqual({
    messages: [user('one'), user('two'), user('three')],
    tools,
    answer,
  })
})
