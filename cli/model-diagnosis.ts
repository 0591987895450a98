import { join } from 'node:path'
import { examineModel } from '../actors/index.ts'
import type { Finding } from './diagnosis.ts'
import type { Environment } from './environment.ts'
import { modelAccess, readModelsFile } from './model-access.ts'
import { Refusal } from './refusal.ts'

const subject = 'models'

/** What plans, works and judges where a directive does not say so itself: each model asked for at its server, for free. */
export async function* modelFindings(environment: Environment): AsyncGenerator<Finding> {
  const path = join(environment.home, 'models.yaml')
  const { file, mistakes } = await readModelsFile(path).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error
    return { file: undefined, mistakes: [{ line: 1, column: 1, message: error.message }] }
  })
  if (!file) {
    const [first] = mistakes
    const found = `${path}:${first?.line}:${first?.column}: ${first?.message}`
    return yield {
      subject,
      status: 'problem',
      found,
      advice: 'nothing is planned or judged by a model until it is right',
    }
  }
  const access = modelAccess(environment, file)
  const uses = Object.entries(access.defaults).flatMap(([use, models]) => models.map((model) => ({ use, model })))
  if (uses.length === 0) yield { subject, status: 'ok', found: 'none: directives bring their own chain', advice: howTo }
  for (const model of new Set(uses.map((each) => each.model))) {
    const named = uses.filter((each) => each.model === model).map(({ use }) => use)
    const { found, ...rest } = await examineModel(access, model, Date.now())
    yield { subject, ...rest, found: `${named.join(', ')}: ${found}` }
  }
}

const howTo = 'with ADJUTANT_MODEL and OPENAI_API_KEY a goal is enough; see "Models" in the README'
