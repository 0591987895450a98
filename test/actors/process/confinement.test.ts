import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everythingBut, confined, type ConfinementRules, confiningPerl } from '../../../actors/process/index.ts'
import { sandbox } from '../sandbox.ts'

/** What a line of shell prints when it is confined. */
function behind(rules: ConfinementRules, line: string): string {
  const [file = '', ...args] = confined(process.env, ['sh', '-c', line], rules)
  const { stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', env: process.env })
  return (stdout + stderr).trim()
}

describe.skipIf(confiningPerl(process.env) === null)('confinement', () => {
  const everything = { reads: ['/'], writes: ['/dev/null'] }

  test('lets nothing be written but where that is allowed, by whatever way', () => {
    const [inside, outside] = [sandbox(), sandbox()]
    writeFileSync(join(outside, 'a'), 'a')
    const rules = { ...everything, writes: [inside, '/dev/null'] }
    const attempts = [
      'echo x > OUT/a',
      'rm OUT/a',
      'mv OUT/a IN/',
      'mkdir OUT/b',
      'ln -s /etc OUT/b',
      ': > OUT/a',
      'ln OUT/a IN/b',
    ]
    attempts.push(
      'ln -s OUT IN/link; echo x > IN/link/b',
      'perl -e "truncate(q(OUT/a), 0)"',
      '(setsid sh -c "echo x > OUT/b")',
    )
    for (const attempt of attempts) behind(rules, attempt.replaceAll('OUT', outside).replaceAll('IN', inside))
    expect(readFileSync(join(outside, 'a'), 'utf8')).toBe('a')
    expect(existsSync(join(outside, 'b'))).toBe(false)
    expect(existsSync(join(inside, 'b'))).toBe(false)
    expect(behind(rules, `echo yes > ${inside}/yes && cat ${inside}/yes`)).toBe('yes')
  })

  test('hides the memory and environment of processes outside it', () => {
    const { pid } = process
    for (const name of ['environ', 'mem', 'maps', 'cwd/.', 'root/etc/passwd'])
      expect(behind(everything, `head -c 1 /proc/${pid}/${name}`)).toMatch(/Permission denied|cannot open/)
    expect(behind(everything, 'head -c 4 /proc/self/environ | wc -c')).toBe('4')
  })

  test('tells what cannot be started, and passes exit codes on', () => {
    const run = (argv: string[]) => {
      const [file = '', ...args] = confined(process.env, argv, everything)
      return spawnSync(file, args, { encoding: 'utf8' })
    }
    expect(run(['no-such-program'])).toMatchObject({
      status: 127,
      stderr: expect.stringContaining('cannot be started'),
    })
    expect(run(['sh', '-c', 'exit 3']).status).toBe(3)
    expect(run(['printf', '%s|', 'a b', '--', '', '$x']).stdout).toBe('a b|--||$x|')
  })

  test('around everything but some folders leaves these alone out, also where links lead to them', () => {
    const folder = sandbox()
    const files = ['closed/key', 'beside/file', 'beside/deep/closed/key', 'beside/deep/open']
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), `content of ${file}`)
    }
    symlinkSync(join(folder, 'closed'), join(folder, 'innocent'))
    symlinkSync('/', join(folder, 'root'))
    const excluded = ['closed', 'beside/deep/closed', 'missing', 'closed/key'].map((name) => join(folder, name))
    const rules = { reads: everythingBut(excluded), writes: [] }
    const cat = (name: string) => behind(rules, `cat ${join(folder, name)}`)
    for (const name of ['closed/key', 'innocent/key', `root${folder}/closed/key`, 'beside/deep/closed/key'])
      expect(cat(name)).toMatch(/Permission denied$/)
    expect(cat('beside/file')).toBe('content of beside/file')
    expect(cat('beside/deep/open')).toBe('content of beside/deep/open')
    expect(behind(rules, 'node -p 1')).toBe('1')
  })
})

test('everything but nothing is everything', () => expect(everythingBut(['/no/such/place'])).toEqual(['/']))

test('where nothing can be confined, a command is what it was', () => {
  const argv = ['sh', '-c', 'true']
  expect(confined({ PATH: '/nonexistent' }, argv, { reads: [], writes: [] })).toEqual(argv)
})
