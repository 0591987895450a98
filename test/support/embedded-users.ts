import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'

export type EmbeddedUser = {
  pid: number
  opened: { state: string; pid: number; port: number; data: string; url: string; error?: string }
  /** The rows of a statement, or { error }. */
  run(statement: string): Promise<any>
  /** Closes the database and waits for the process to end. */
  leave(): Promise<void>
  kill(): Promise<void>
}

export type UserOptions = { root?: string; graceMs?: number; uid?: number; gid?: number }

/** Starts a process that will open the embedded database of `home`; `root` is the checkout it runs from. */
export function launchUser(home: string, options: UserOptions = {}): ChildProcess {
  const { root = path.resolve(import.meta.dirname, '../..'), graceMs = 1_000, uid, gid } = options
  const script = path.join(root, 'test/support/embedded-user.ts')
  return spawn(process.execPath, [script, home, String(graceMs)], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid }),
  })
}

/** A process of its own that has opened the embedded database of `home`. */
export async function openUser(home: string, options: UserOptions = {}): Promise<EmbeddedUser> {
  const child = launchUser(home, options)
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const answer = async () => JSON.parse((await lines.next()).value ?? '{"error":"the process is gone"}')
  const opened = await answer()
  return {
    pid: child.pid ?? 0,
    opened,
    run: async (statement) => {
      child.stdin!.write(`${statement}\n`)
      return await answer()
    },
    leave: async () => {
      child.stdin!.end()
      await gone
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}
