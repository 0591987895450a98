import { z } from 'zod'
import { type Ecosystem, type Finding, firstOf, type ProjectFiles, type Purpose } from './ecosystem.ts'

const Manifest = z.object({
  packageManager: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
})

const wanted: readonly (readonly [Purpose, ...string[]])[] = [
  ['test', 'test'],
  ['build', 'build'],
  ['typecheck', 'typecheck', 'type-check', 'check-types', 'types', 'tsc'],
  ['lint', 'lint'],
  // Only those that check: `format` alone usually rewrites.
  ['format', 'format:check', 'check:format', 'format-check', 'check-format', 'prettier:check', 'fmt:check'],
]

/** What `npm init` writes where there are no tests. */
export const isPlaceholder = (script: string): boolean => script.includes('no test specified')

const lockFiles: readonly (readonly [file: string, program: string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
]

/** Scripts of package.json, run by the package manager that the project uses. */
export const scripts: Ecosystem = {
  isPresent: (files) => files.paths.has('package.json'),
  reliesOn: [
    'package.json',
    '**/*.{test,spec}.*',
    '**/__tests__/**',
    '**/__snapshots__/**',
    '**/{vitest,vite,jest,ava,playwright,cypress,karma}.config.*',
    '**/.mocharc*',
    '**/{eslint,prettier}.config.*',
    '**/.{eslintrc,prettierrc}*',
    '**/.{eslint,prettier}ignore',
    '**/biome.json*',
    '**/tsconfig*.json',
  ],
  async detect(files) {
    const manifest = parse((await files.read('package.json')) ?? '')
    if (manifest === undefined) return []
    const manager = managerOf(files, manifest.packageManager)
    return wanted.flatMap(([purpose, ...names]): Finding[] => {
      const name = names.find((candidate) => manifest.scripts?.[candidate] !== undefined)
      const script = name === undefined ? undefined : manifest.scripts?.[name]
      if (name === undefined || script === undefined || isPlaceholder(script)) return []
      const why = `package.json has a script "${name}" (${shortened(script)}); ${manager.why}`
      return [
        {
          purpose,
          name: `${manager.program}-${name.replaceAll(/[^a-z-]/g, '-')}`,
          argv: [manager.program, 'run', name],
          why,
        },
      ]
    })
  },
}

function managerOf(files: ProjectFiles, field: string | undefined): { program: string; why: string } {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(field ?? '')?.[1]
  if (named !== undefined) return { program: named, why: `packageManager is ${field}` }
  const lock = firstOf(files, ...lockFiles.map(([file]) => file))
  const program = lockFiles.find(([file]) => file === lock)?.[1]
  return program === undefined
    ? { program: 'npm', why: 'no lock file, so npm' }
    : { program, why: `${lock} is ${program}'s` }
}

function parse(text: string): z.infer<typeof Manifest> | undefined {
  try {
    return Manifest.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)
