import { homedir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readEnvironment } from '../../cli/environment.ts'

test('without any variable everything has its default', () => {
  expect(readEnvironment({})).toMatchObject({
    home: path.join(homedir(), '.local/share/adjutant'),
    databaseUrl: undefined,
    host: '127.0.0.1',
    port: 7420,
    color: 'auto',
    crashAt: undefined,
  })
})

test('the home is ADJUTANT_HOME made absolute, else below XDG_DATA_HOME', () => {
  expect(readEnvironment({ ADJUTANT_HOME: 'somewhere', XDG_DATA_HOME: '/data' }).home).toBe(path.resolve('somewhere'))
  expect(readEnvironment({ XDG_DATA_HOME: '/data' }).home).toBe('/data/adjutant')
})

test('a relative XDG_DATA_HOME is ignored, as its specification asks', () => {
  expect(readEnvironment({ XDG_DATA_HOME: 'data' }).home).toBe(path.join(homedir(), '.local/share/adjutant'))
})

test('a variable set to nothing counts as not set', () => {
  expect(readEnvironment({ NO_COLOR: '', DATABASE_URL: '', ADJUTANT_PORT: '' })).toMatchObject({
    color: 'auto',
    databaseUrl: undefined,
    port: 7420,
  })
})

test('NO_COLOR beats FORCE_COLOR', () => {
  expect(readEnvironment({ NO_COLOR: '1', FORCE_COLOR: '1' }).color).toBe('never')
  expect(readEnvironment({ FORCE_COLOR: '1' }).color).toBe('always')
})

test('every variable that makes no sense is named in one refusal', () => {
  const read = () => readEnvironment({ ADJUTANT_PORT: '99999', DATABASE_URL: 'mysql://x' })
  expect(read).toThrow(/DATABASE_URL must begin with postgres.*ADJUTANT_PORT/)
})

test('a crash point is a name and a number', () => {
  expect(readEnvironment({ ADJUTANT_CRASH_AT: 'commit.before:3' }).crashAt).toEqual({ point: 'commit.before', n: 3 })
  expect(readEnvironment({ ADJUTANT_CRASH_AT: 'commit.before' }).crashAt).toEqual({ point: 'commit.before', n: 1 })
  expect(() => readEnvironment({ ADJUTANT_CRASH_AT: 'x:0' })).toThrow('ADJUTANT_CRASH_AT')
})
