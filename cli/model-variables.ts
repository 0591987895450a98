import { z } from 'zod'
import { AnswerFormat, ModelApi } from '../actors/index.ts'
import { ModelName, type Models } from '../machines/index.ts'

const set = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema)

const text = set(z.string().optional())
const url = set(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional())

/** `gpt-5, local/qwen3`: the one that is wanted, and those to fall back on. */
const list = text
  .transform((value) => value?.split(',').flatMap((name) => name.trim() || []))
  .pipe(z.array(ModelName).max(5).optional())

/** What the environment says of models. */
export const modelVariables = {
  ADJUTANT_MODEL: list,
  ADJUTANT_MODEL_PLANNER: list,
  ADJUTANT_MODEL_AGENT: list,
  ADJUTANT_MODEL_JUDGE: list,
  ADJUTANT_MODEL_URL: url,
  OPENAI_BASE_URL: url,
  ADJUTANT_MODEL_KEY: text,
  OPENAI_API_KEY: text,
  ADJUTANT_MODEL_API: set(ModelApi.optional()),
  ADJUTANT_MODEL_FORMAT: set(AnswerFormat.optional()),
}

type Variables = z.output<z.ZodObject<typeof modelVariables>>

/** The default provider and models, as far as the environment names them. */
export type ModelEnvironment = {
  defaults: Models
  baseUrl: string | undefined
  key: string | undefined
  api: z.output<typeof ModelApi> | undefined
  format: z.output<typeof AnswerFormat> | undefined
}

export function modelEnvironmentOf(found: Variables): ModelEnvironment {
  const all = found.ADJUTANT_MODEL ?? []
  return {
    defaults: {
      planner: found.ADJUTANT_MODEL_PLANNER ?? all,
      agent: found.ADJUTANT_MODEL_AGENT ?? all,
      judge: found.ADJUTANT_MODEL_JUDGE ?? all,
    },
    baseUrl: found.ADJUTANT_MODEL_URL ?? found.OPENAI_BASE_URL,
    key: found.ADJUTANT_MODEL_KEY ?? (isTheirs(found.ADJUTANT_MODEL_URL) ? found.OPENAI_API_KEY : undefined),
    api: found.ADJUTANT_MODEL_API,
    format: found.ADJUTANT_MODEL_FORMAT,
  }
}

/** A key made for one server is not shown to another: OPENAI_API_KEY belongs with OPENAI_BASE_URL, or with OpenAI. */
const isTheirs = (url: string | undefined) => url === undefined || new URL(url).hostname === 'api.openai.com'
