import { z } from 'zod'
import { type Ecosystem, type Finding, firstOf } from './ecosystem.ts'

const Manifest = z.object({ scripts: z.record(z.string(), z.unknown()).optional() })

export const composer: Ecosystem = {
  isPresent: (files) => files.paths.has('composer.json'),
  reliesOn: [
    '**/*Test.php',
    'composer.{json,lock}',
    'phpunit.xml*',
    'phpstan*.neon*',
    'psalm.xml*',
    '.php-cs-fixer*.php',
  ],
  async detect(files) {
    const scripts = scriptsIn((await files.read('composer.json')) ?? '')
    const phpunit = firstOf(files, 'phpunit.xml', 'phpunit.xml.dist')
    const phpstan = firstOf(files, 'phpstan.neon', 'phpstan.neon.dist')
    const fixer = firstOf(files, '.php-cs-fixer.php', '.php-cs-fixer.dist.php')
    const findings: Finding[] = []
    const found = (purpose: Finding['purpose'], name: string, why: string, ...argv: [string, ...string[]]) =>
      findings.push({ purpose, name, argv, why })
    if ('test' in scripts)
      found('test', 'composer-test', 'composer.json has a script "test"', 'composer', 'run-script', 'test')
    else if (phpunit) found('test', 'phpunit', phpunit, 'vendor/bin/phpunit')
    if (phpstan) found('typecheck', 'phpstan', phpstan, 'vendor/bin/phpstan', 'analyse', '--no-progress')
    if (fixer) found('format', 'php-cs-fixer', fixer, 'vendor/bin/php-cs-fixer', 'fix', '--dry-run')
    return findings
  },
}

function scriptsIn(text: string): Record<string, unknown> {
  try {
    return Manifest.safeParse(JSON.parse(text)).data?.scripts ?? {}
  } catch {
    return {}
  }
}
