import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

export type Worker = {
  next<T>(): Promise<T>
  say(word: unknown): void
  /** Lets it close what it has open. */
  finish(): Promise<void>
  kill(): Promise<void>
}

/** A process of its own that runs a file of this folder; it says things one at a time, and ends with its parent. */
export function forkWorker(file: string, options: object): Worker {
  const child = fork(path.join(import.meta.dirname, file), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const said: unknown[] = []
  child.on('message', (message) => said.push(message))
  const exited = once(child, 'exit')
  const next = async <T>(): Promise<T> => {
    if (!said.length) await Promise.race([once(child, 'message'), exited])
    if (!said.length) throw new Error(`${file} ended before it had said anything`)
    return said.shift() as T
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  const say = (word: unknown) => void child.send(word as object)
  const finish = async () => {
    say('end')
    await exited
  }
  return { next, say, finish, kill }
}

/** For the worker: what it was told, a word to its parent, and the next word from it. */
export function parentOf<T>() {
  process.on('disconnect', () => process.exit(1))
  return {
    options: JSON.parse(process.argv[2] ?? '{}') as T,
    say: (message: unknown) => process.send?.(message),
    hear: () => once(process, 'message'),
  }
}
