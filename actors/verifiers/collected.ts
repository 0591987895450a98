import { stripVTControlCharacters } from 'node:util'

/**
 * What test runners say at the end of a run: how many tests passed. Several of them may speak in one output, each for a
 * part, so the numbers are added up. Skipped tests have not passed.
 */
const counts: readonly RegExp[] = [
  /^(?:ℹ|#) pass (\d+)$/, // node --test, tap
  /^\s*Tests\s.*?(\d+) passed/, // vitest
  /^\s*Tests\s+\d+ (?:skipped|todo)(?!.*passed)()/, // vitest, nothing else
  /^Tests:\s(?:.*\s)?(\d+) passed/, // jest
  /^Tests:\s(?!.*passed).*?()\d+ total/, // jest, nothing passed
  /^\s*(\d+) passing\b/, // mocha, cypress
  /^\s*(\d+) pass$/, // bun
  /^(\d+) specs?, \d+ failures?/, // jasmine
  /^=* ?(?:.*, )?(\d+) passed\b.* in [\d.]+s/, // pytest
  /^Ran (\d+) tests? in /, // unittest
  /^test result: \w+\. (\d+) passed/, // cargo
  /^ok \| (\d+) passed/, // deno
  /^(?:\[\w+\] )?Tests run: (\d+), Failures/, // maven
  /^\d+% tests passed, \d+ tests failed out of (\d+)/, // ctest
  /^(?:\d+ (?:doctests?|propert(?:y|ies)), )*(\d+) tests?, \d+ failures?/, // mix
  /^(\d+) runs, \d+ assertions, \d+ failures/, // minitest
  /^(?:Passed|Failed)!\s+- Failed:\s+\d+, Passed:\s+(\d+)/, // dotnet
  /^(\d+) examples?, \d+ failures?/, // rspec
  /^OK \((\d+) tests?,/, // phpunit
]

/** What they say instead when there was nothing to run. */
const nothing: readonly RegExp[] = [
  /^No test files found/i, // vitest, mocha
  /^No tests found/, // jest
  /\bno tests ran in\b/, // pytest
  /^collected 0 items/,
  /^\?\s+\S+\s+\[no test files\]/, // go, per package
  /^ok\s+\S+\s+.*\[no tests to run\]/,
  /^No specs found/,
  /^No tests executed!/,
  /^No tests were found!!!/, // ctest
  /^> Task \S*:test NO-SOURCE/, // gradle
  /^No test is available in /, // dotnet
  /^There are no tests to run/, // mix
  /^1\.\.0\b/,
]

// go says "ok" once per package and gives no number.
const goPackage = /^ok\s+\S+\s+(?:[\d.]+s|\(cached\))(?!.*no tests to run)/

/** Reads the output of a command as it comes. `none()`: a test runner spoke, and no test passed. */
export function testCount() {
  let rest = ''
  let spoke = false
  let passed = 0
  const read = (raw: string) => {
    const line = stripVTControlCharacters(raw).trimEnd()
    for (const pattern of counts) {
      const found = pattern.exec(line)
      if (!found) continue
      spoke = true
      passed += Number(found[1])
      return
    }
    if (goPackage.test(line)) passed++
    if (nothing.some((pattern) => pattern.test(line))) spoke = true
  }
  return {
    receive(chunk: Buffer) {
      const lines = (rest + chunk.toString('utf8')).split('\n')
      // No runner's summary is longer; a flood without line ends must not be kept.
      rest = (lines.pop() ?? '').slice(-2000)
      lines.filter((line) => line.length <= 2000).forEach(read)
    },
    none(): boolean {
      if (rest !== '') read(rest)
      rest = ''
      return spoke && passed === 0
    },
  }
}
