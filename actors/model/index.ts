export { noModels, secretsOfAccess, type ModelAccess } from './access.ts'
export { pricesOf } from './prices.ts'
export { createModel, modelRetry } from './model.ts'
