export { openDatabase, type Database, type Sql } from './connect.ts'
export { DatabaseUnavailable, isTransient, type DatabaseCode } from './errors.ts'
