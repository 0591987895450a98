import { afterEach, expect, test } from 'vitest'
import { chainProblems } from '../../../machines/index.ts'
import { project } from '../../../machines/projection.ts'
import { createWorld, file, type World } from '../world.ts'

let world: World
afterEach(() => world?.close())

const published = { url: 'https://example.org/pulls/7', number: 7, commit: 'c', created: true }

test('a good result becomes a pull request before the directive is completed', async () => {
  world = createWorld(file({ pullRequest: { base: 'main' } }), { publisher: () => published })
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(world.called('publisher')).toMatchObject([
    {
      directiveId: 'd',
      branch: 'adjutant/d/result',
      pullRequest: { remote: 'origin', base: 'main', via: 'gh' },
      evaluation: { level: 'green' },
      steps: [
        { name: 'one', level: 'green', score: 1, summary: 'done' },
        { name: 'two', level: 'green', score: 1, summary: 'done' },
      ],
    },
  ])
  expect(world.context().publication).toEqual(published)
  expect(world.types('pull_request.published')).toMatchObject([
    { data: { message: 'the draft pull request is made: https://example.org/pulls/7', number: 7 } },
  ])
  expect(world.types('directive.completed')[0]!.data).toMatchObject({ pullRequest: published.url })
  expect(project(world.snapshotAt(''))[0]).toMatchObject({ data: { pullRequest: published.url } })
  const order = world.calls.map(({ activity }) => activity)
  expect(order.indexOf('publisher')).toBeLessThan(order.indexOf('cleaner'))
})

test('what cannot be published pauses the directive, and resumed it is tried again', async () => {
  let fails = true
  world = createWorld(file({ pullRequest: {} }), {
    publisher: () => {
      if (fails) throw Object.assign(new Error('the remote said no'), { code: 'publishing.rejected' })
      return { ...published, created: false }
    },
  })
  world.send({ type: 'directive.start' })
  await world.until('paused.held')
  expect(world.context().attention).toEqual({
    code: 'publishing.failed',
    reason: 'publishing.rejected: the remote said no',
  })
  fails = false
  world.send({ type: 'directive.resume' })
  await world.until('completed')
  expect(world.called('publisher')).toHaveLength(2)
  expect(world.called('verifier').length).toBe(3)
  expect(world.types('pull_request.published')[0]!.data.message).toContain('is brought up to date')
})

test('without the wish nothing is published', async () => {
  world = createWorld(file())
  world.send({ type: 'directive.start' })
  await world.until('completed')
  expect(world.called('publisher')).toEqual([])
  expect(world.types('directive.completed')[0]!.data).not.toHaveProperty('pullRequest')
})

test('a pull request without a repository is a problem of the file', () => {
  const problems = chainProblems(file({ pullRequest: {}, repository: undefined }))
  expect(problems).toMatchObject([{ code: 'pull_request.no_repository', path: ['pullRequest'] }])
  expect(chainProblems(file({ pullRequest: {} }))).toEqual([])
})
