export { toolDefinitions } from './definitions.ts'
