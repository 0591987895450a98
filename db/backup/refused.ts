export type BackupCode =
  'backup.invalid' | 'backup.incomplete' | 'backup.newer' | 'backup.foreign' | 'database.not_empty' | 'database.in_use'

/** A backup cannot be restored here; `message` is one line that says why. */
export class BackupRefused extends Error {
  readonly code: BackupCode
  constructor(code: BackupCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BackupRefused'
    this.code = code
  }
}
