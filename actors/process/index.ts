export * from './environment.ts'
export * from './owners.ts'
export * from './run.ts'
