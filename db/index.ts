export { openDatabase, type Database, type Sql } from './connect.ts'
export { embeddedStatus, openEmbedded, stopEmbedded, type EmbeddedStatus } from './embedded/index.ts'
export { DatabaseUnavailable, isTransient, type DatabaseCode } from './errors.ts'
