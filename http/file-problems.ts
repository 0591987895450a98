import { isAbsolute } from 'node:path'
import { chainProblems } from '../machines/index.ts'
import type { Chain, DirectiveFile } from '../machines/index.ts'
import { pointerTo, Problem } from './problem.ts'
import type { ProblemError } from './problem.ts'

/** Throws 422 `directive.invalid` with every mistake that holds between the parts of a well-formed directive. */
export function checkFile(file: DirectiveFile): void {
  const errors = mistakesIn(file)
  const { path } = file.repository ?? {}
  if (path !== undefined && !isAbsolute(path)) {
    errors.push({ pointer: '/repository/path', detail: 'must be absolute: over HTTP there is no file to start from' })
  }
  if (errors.length > 0) throw invalid('directive.invalid', 'The directive has mistakes', errors)
}

/** The same for a chain given to a directive that exists; pointers start at the body, which has it as `chain`. */
export function checkChain(file: DirectiveFile, chain: Chain): void {
  const errors = mistakesIn({ ...file, planner: 'file', chain }).filter(({ pointer }) => pointer.startsWith('/chain'))
  if (errors.length > 0) throw invalid('chain.invalid', 'The chain has mistakes', errors)
}

const mistakesIn = (file: DirectiveFile): ProblemError[] =>
  chainProblems(file).map(({ path, code, message, suggestion }) => ({
    pointer: pointerTo(path),
    code,
    detail: message,
    suggestion,
  }))

const invalid = (code: string, message: string, errors: ProblemError[]) => new Problem(422, code, message, { errors })
