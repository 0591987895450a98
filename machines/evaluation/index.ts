export { evaluate, scoreOf } from './composite.ts'
export { evaluationOfFailure } from './instructions.ts'
export { CriterionVerdict, Evaluation, failureOf, Level } from './schema.ts'
export { tamperedFiles } from './tamper.ts'
