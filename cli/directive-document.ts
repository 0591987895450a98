import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { z } from 'zod'
import { Chain, chainProblems, DirectiveFile, plannerSourceOf, type Problem } from '../machines/index.ts'
import { byPlace, isError, sayMistakes, type Mistake } from './mistake.ts'
import { Refusal } from './refusal.ts'
import { repositoryMistakes } from './repository.ts'
import { schemaMistakes, type Found } from './schema-mistakes.ts'
import type { Shell } from './shell.ts'
import { readSource, type Source } from './source-map.ts'

export type DirectiveDocument = {
  /** Undefined as long as there is an error among the mistakes. Paths in it are absolute. */
  directive: DirectiveFile | undefined
  mistakes: Mistake[]
}

/**
 * Reads a directive file and finds every mistake in it: syntax, shape, chain, repository. Refused when unreadable.
 * `planners`: models that plan where the file names none; without any, a goal alone is not enough.
 */
export async function readDirectiveDocument(file: string, planners: readonly string[]): Promise<DirectiveDocument> {
  const source = readSource(await readText(file))
  const shown = relative('.', file) || file
  const { directive, found } = await examine(source, dirname(resolve(file)), planners)
  const mistakes = found.map((each): Mistake => ({ severity: 'error', ...each, file: shown })).sort(byPlace)
  return { directive: mistakes.some(isError) ? undefined : directive, mistakes }
}

/** The directive of a file; every mistake is said before it is refused. `planners`: as the environment has it. */
export async function directiveFrom(
  { terminal, environment }: Shell,
  file: string,
  planners: readonly string[] = environment.models.defaults.planner,
): Promise<DirectiveFile> {
  const { directive, mistakes } = await readDirectiveDocument(file, planners)
  sayMistakes(mistakes, terminal)
  if (!directive) throw new Refusal('file.invalid', `${file} has mistakes`)
  return directive
}

/** The chain of a directive file. */
export async function chainFrom(shell: Shell, file: string): Promise<Chain> {
  const { chain } = await directiveFrom(shell, file)
  if (!chain) throw new Refusal('chain.missing', `${file} has no chain`)
  return chain
}

type Examined = { directive?: DirectiveFile; found: (Found & { severity?: Mistake['severity'] })[] }

async function examine(source: Source, folder: string, planners: readonly string[]): Promise<Examined> {
  if (source.syntax.length > 0) return { found: source.syntax.map((place) => ({ ...place, code: 'file.syntax' })) }
  const parsed = DirectiveFile.safeParse(source.value)
  const located = (problems: Problem[]) => problems.map((problem) => locate(problem, source))
  if (!parsed.success) {
    const shape = schemaMistakes(DirectiveFile, parsed.error.issues, source)
    return { found: [...shape, ...located(sketchProblems(source.value))] }
  }
  const directive = withAbsolutePaths(parsed.data, folder)
  const problems = [...planProblems(directive, planners), ...(await repositoryMistakes(directive))]
  return { directive, found: located(problems) }
}

/** What is wrong between the parts of a file whose shape is right. */
function planProblems(directive: DirectiveFile, planners: readonly string[]): Problem[] {
  const someone = directive.model?.planner !== undefined || planners.length > 0
  if (someone || plannerSourceOf(directive) !== 'model') return chainProblems(directive)
  const asked = directive.planner !== undefined
  const message = asked ? 'no model is configured that could plan' : 'there is no chain, and no model to plan one'
  const suggestion = 'name one in ADJUTANT_MODEL or in model.planner, or give a chain (`adjutant init` writes one)'
  const problem = { code: 'planner.unavailable', path: [asked ? 'planner' : 'goal'], message, suggestion }
  return [...chainProblems(directive), problem]
}

/** Elsewhere the file's shape is wrong: if that of the chain is right, its own mistakes need not wait for the next run. */
function sketchProblems(value: unknown): Problem[] {
  const sketch = Sketch.safeParse(value)
  return sketch.success ? chainProblems(DirectiveFile.parse({ title: '-', goal: '-', ...sketch.data })) : []
}

const Sketch = z.object({
  chain: Chain,
  requirements: DirectiveFile.shape.requirements,
  acceptanceCriteria: DirectiveFile.shape.acceptanceCriteria,
})

const locate = ({ path, ...problem }: Problem, source: Source): Found => ({ ...source.placeOf(path), ...problem })

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
    const advice = '`adjutant init` writes a directive file to begin with'
    throw new Refusal('file.unreadable', `${file} ${why}`, { cause, advice })
  }
}

/** Relative paths mean: relative to the file. */
function withAbsolutePaths(directive: DirectiveFile, folder: string): DirectiveFile {
  if (!directive.repository?.path) return directive
  return { ...directive, repository: { ...directive.repository, path: resolve(folder, directive.repository.path) } }
}
