import { type Ecosystem, type Finding, firstOf, type Purpose } from './ecosystem.ts'

// In the order in which GNU make looks.
const makefiles = ['GNUmakefile', 'makefile', 'Makefile']

const wanted: readonly (readonly [Purpose, ...string[]])[] = [
  ['test', 'test', 'tests', 'check'],
  ['build', 'build'],
  ['typecheck', 'typecheck', 'type-check', 'types'],
  ['lint', 'lint'],
  ['format', 'format-check', 'check-format', 'fmt-check'],
]

export const make: Ecosystem = {
  isPresent: (files) => firstOf(files, ...makefiles) !== undefined,
  reliesOn: ['{GNUmakefile,makefile,Makefile}', '**/*.mk'],
  async detect(files) {
    const file = firstOf(files, ...makefiles)
    if (file === undefined) return []
    const targets = new Set(targetsIn((await files.read(file)) ?? ''))
    return wanted.flatMap(([purpose, ...names]): Finding[] => {
      const target = names.find((name) => targets.has(name))
      if (target === undefined) return []
      return [{ purpose, name: `make-${target}`, argv: ['make', target], why: `${file} has a target "${target}"` }]
    })
  },
}

/** Names before a single or double colon at the start of a line; `name := value` and `name ::= value` are assignments. */
const targetsIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => /^([A-Za-z0-9_./ -]+?)\s*::?(?![:=])/.exec(line)?.[1])
    .flatMap((names) => names?.split(/\s+/) ?? [])
