export {
  AnswerFormat,
  ModelApi,
  noModels,
  PriceRule,
  Provider,
  providerOf,
  secretsOfAccess,
  type ModelAccess,
} from './access.ts'
export { callsFolder } from './call-record.ts'
export { dollarsFor, pricesOf } from './prices.ts'
export { createModel, modelRetry } from './model.ts'
export { examineModel } from './examination.ts'
