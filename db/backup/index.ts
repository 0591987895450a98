export { BackupRefused } from './refused.ts'
export { restoreBackup, type Restored } from './restore.ts'
export { backupOf } from './write.ts'
