import { readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** In a person's HOME: keys, and who is logged in where. */
export const keyStores = [
  ...['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker', '.netrc', '.npmrc', '.pypirc', '.pgpass'],
  ...['.git-credentials', '.config/gh', '.config/gcloud', '.config/git/credentials', '.config/op', '.vault-token'],
  ...['.password-store', '.local/share/keyrings', '.cargo/credentials.toml', '.terraform.d', '.mozilla'],
  ...['.config/google-chrome', '.config/chromium', '.bash_history', '.zsh_history'],
]

/** More than people put into a folder. Of such a one nothing can be read: each entry would be a rule of its own. */
const most = 2000

/**
 * All that can be read, but these: Landlock only allows, so it is what lies beside them and beside the folders above. What
 * does not exist needs no rule, and what is made beside them later cannot be read.
 */
export function everythingBut(excluded: readonly string[]): string[] {
  const closed = excluded.flatMap(realOrNone)
  const isClosed = (path: string) => closed.some((other) => path === other || path.startsWith(`${other}/`))
  const above = new Set(closed.flatMap(foldersAbove).filter((path) => !isClosed(path)))
  if (above.size === 0) return ['/']
  return [...above].flatMap((folder) => {
    const inside = entriesOf(folder).map((name) => join(folder, name))
    return inside.length > most ? [] : inside.filter((path) => !isClosed(path) && !above.has(path))
  })
}

function foldersAbove(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [] : [...foldersAbove(parent), parent]
}

function realOrNone(path: string): string[] {
  try {
    return [realpathSync(path)]
  } catch {
    return []
  }
}

// Links are left out: where they point to has a rule if it may be read, and must not get one by them.
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isSymbolicLink() ? [] : [entry.name]))
  } catch {
    return []
  }
}
