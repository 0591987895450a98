import { expect, test } from 'vitest'
import { testCount } from '../../../actors/verifiers/collected.ts'

const none = (...chunks: string[]) => {
  const count = testCount()
  for (const chunk of chunks) count.receive(Buffer.from(chunk))
  return count.none()
}

test.each([
  ['node --test', 'ℹ tests 0\nℹ suites 0\nℹ pass 0\nℹ fail 0\n'],
  ['node --test as TAP', '1..0\n# tests 0\n# pass 0\n'],
  ['node --test, all skipped', 'ℹ tests 2\nℹ pass 0\nℹ skipped 2\n'],
  ['vitest', 'No test files found, exiting with code 0\n'],
  ['vitest, all skipped', ' Test Files  1 skipped (1)\n      Tests  3 skipped (3)\n'],
  ['vitest, in colour', '\u001b[2m      Tests \u001b[22m \u001b[33m3 skipped\u001b[39m (3)\n'],
  ['jest', 'No tests found, exiting with code 0\n'],
  ['jest, all skipped', 'Tests:       2 skipped, 2 total\n'],
  ['mocha', '\n\n  0 passing (1ms)\n\n'],
  ['pytest', 'collected 0 items\n\n=== no tests ran in 0.01s ===\n'],
  ['unittest', '\n----\nRan 0 tests in 0.000s\n\nOK\n'],
  ['go', '?   \texample.org/a\t[no test files]\n?   \texample.org/b\t[no test files]\n'],
  ['go, filtered', 'ok  \texample.org/a\t0.002s [no tests to run]\n'],
  [
    'cargo',
    'running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored\n\ntest result: ok. 0 passed; 0 failed; 0 ignored\n',
  ],
  ['bun', ' 0 pass\n 0 fail\n'],
  ['deno', 'ok | 0 passed | 0 failed (1ms)\n'],
  ['maven', '[INFO] Tests run: 0, Failures: 0, Errors: 0, Skipped: 0\n'],
  ['gradle', '> Task :app:test NO-SOURCE\nBUILD SUCCESSFUL in 1s\n'],
  ['ctest', 'No tests were found!!!\n'],
  ['minitest', '0 runs, 0 assertions, 0 failures, 0 errors, 0 skips\n'],
  ['mix', 'There are no tests to run\n'],
  ['dotnet', 'No test is available in /src/bin/Debug/a.dll.\n'],
])('%s that ran nothing is seen', (_, output) => expect(none(output)).toBe(true))

test.each([
  ['node --test', 'ℹ tests 3\nℹ pass 3\n'],
  ['vitest', '      Tests  3 passed | 1 skipped (4)\n'],
  ['vitest, some skipped', '      Tests  1 skipped | 3 passed (4)\n'],
  ['jest', 'Tests:       1 skipped, 5 passed, 6 total\n'],
  ['mocha', '  12 passing (40ms)\n'],
  ['pytest', '==== 5 passed, 1 warning in 0.12s ====\n'],
  ['pytest -q', '5 passed in 0.12s\n'],
  ['unittest', 'Ran 1 test in 0.000s\n'],
  ['go', '?   \texample.org/a\t[no test files]\nok  \texample.org/b\t(cached)\n'],
  [
    'cargo with empty doc tests',
    'test result: ok. 4 passed; 0 failed\n\nrunning 0 tests\ntest result: ok. 0 passed; 0 failed\n',
  ],
  ['maven', '[INFO] Tests run: 5, Failures: 0, Errors: 0, Skipped: 0\n'],
  ['ctest', '100% tests passed, 0 tests failed out of 3\n'],
  ['minitest', '3 runs, 5 assertions, 0 failures, 0 errors, 0 skips\n'],
  ['mix', '1 doctest, 2 tests, 0 failures\n'],
  [
    'dotnet',
    'Passed!  - Failed:     0, Passed:     3, Skipped:     0, Total:     3, Duration: 4 ms - a.dll (net9.0)\n',
  ],
  ['two runners', '  0 passing (1ms)\nTests:       5 passed, 5 total\n'],
  ['no runner at all', 'compiled in 3s\n'],
  ['silence', ''],
])('%s that ran something is left alone', (_, output) => expect(none(output)).toBe(false))

test('output in pieces, and a last line without an end, are read whole', () => {
  expect(none('ℹ te', 'sts 0\nℹ pa', 'ss 0')).toBe(true)
  expect(none('x'.repeat(5000), 'y'.repeat(5000), '\n  0 pass', 'ing (1ms)\n')).toBe(true)
})
