import type { Readable } from 'node:stream'
import { execa } from 'execa'
import { ownerVariable, runVariable } from './environment.ts'
import { openOutput } from './output.ts'
import { groupLeaves, signalGroup, sweep } from './tree.ts'
import { watch } from './watchdog.ts'

/** A program with its arguments, or, only where somebody asked for it, a line for `sh -c`. */
export type Command = { argv?: readonly string[] | undefined; shell?: string | undefined }

export type ProcessOptions = {
  command: Command
  cwd: string
  /** All of it: nothing is added but the marker. */
  env: Record<string, string>
  /** `<idempotency key>/<attempt>`, for finding what escaped. */
  marker: string
  timeoutMs: number
  /** Longest silence: no output, and `pulse` unchanged. Milliseconds; null or absent: no limit. */
  idleMs?: number | null
  pulse?: () => Promise<string>
  /** Between SIGTERM and SIGKILL, for the whole group. Milliseconds, default 5000. */
  graceMs?: number
  signal?: AbortSignal
  logPath?: string
  /** Default 20 MB. */
  maxLogBytes?: number
  /** Default 4000. */
  tailBytes?: number
  onOutput?: (chunk: Buffer) => void
}

export type ProcessResult = {
  /** null: ended by a signal, or never started. */
  exitCode: number | null
  signal: string | null
  timedOut: false | 'wall' | 'idle'
  cancelled: boolean
  outputTail: string
  outputBytes: number
  logPath: string | null
  durationMs: number
  /** Why it could not be started: `ENOENT`, `EACCES` … */
  spawnError?: { code: string; message: string }
}

type Ending = Pick<ProcessResult, 'exitCode' | 'signal' | 'spawnError'>

/** Members of the group that outlive its leader get this long to leave by themselves before they are told to. */
const lingerMs = 200
/** After SIGKILL: for pipes to drain. Somebody who cleared his environment and kept a pipe open must not hold us. */
const drainMs = 1000

/**
 * Runs a command to its end, or until it is cancelled, too slow or too silent; then nothing of its tree is left. The
 * outcome is a value, never an exception.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const started = performance.now()
  const output = openOutput({ path: options.logPath, maxBytes: options.maxLogBytes, tailBytes: options.tailBytes })
  const watching = watch(options)
  try {
    const ending = watching.reason()
      ? { exitCode: null, signal: null, stopped: true }
      : await runToEnd(options, watching.signal, (chunk) => {
          watching.touch()
          output.write(chunk)
          options.onOutput?.(chunk)
        })
    const { stopped, ...rest } = ending
    const reason = stopped ? watching.reason() : undefined
    return {
      ...rest,
      timedOut: reason === 'wall' || reason === 'idle' ? reason : false,
      cancelled: reason === 'cancelled',
      outputTail: output.tail(),
      outputBytes: output.bytes(),
      logPath: options.logPath ?? null,
      durationMs: Math.round(performance.now() - started),
    }
  } finally {
    watching.stop()
    output.close()
  }
}

async function runToEnd(
  options: ProcessOptions,
  stop: AbortSignal,
  receive: (chunk: Buffer) => void,
): Promise<Ending & { stopped: boolean }> {
  const child = start(options)
  const ended = endingOf(child)
  if (child.pid === undefined) return { ...(await ended), stopped: false }
  const closed = Promise.all([child.stdout, child.stderr].map((stream) => consume(stream, receive)))
  const first = await Promise.race([ended, aborted(stop)])
  await endGroup(child.pid, first === undefined ? 0 : lingerMs, options.graceMs ?? 5000)
  const owner = options.env[ownerVariable]
  await sweep((variable) => variable(runVariable) === options.marker && variable(ownerVariable) === owner)
  await Promise.race([closed, timer(drainMs)])
  for (const stream of [child.stdout, child.stderr]) stream?.destroy()
  const ending = first ?? (await Promise.race([ended, timer(drainMs, { exitCode: null, signal: 'SIGKILL' })]))
  return { ...ending, stopped: first === undefined }
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })

function start({ command, cwd, env, marker }: ProcessOptions) {
  const [file, ...args] = command.argv ?? ['/bin/sh', '-c', command.shell ?? '']
  return execa(file as string, args, {
    cwd,
    env: { ...env, [runVariable]: marker },
    extendEnv: false,
    // A process group of its own. Escalation is ours: execa stops it once the leader has exited.
    killDescendants: true,
    forceKillAfterDelay: false,
    // Output is unbounded, so it is streamed.
    buffer: false,
    encoding: 'buffer',
    stdin: 'ignore',
    reject: false,
    windowsHide: true,
  })
}

type Child = ReturnType<typeof start>

function consume(stream: Readable | null, receive: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    if (!stream) return resolve()
    stream.on('data', receive)
    stream.once('close', resolve)
    stream.once('error', () => resolve())
  })
}

// The exit of the leader, not the end of its pipes: those may be held by what it left behind.
function endingOf(child: Child): Promise<Ending> {
  const exited = new Promise<Ending>((resolve) =>
    child.nodeChildProcess.once('exit', (exitCode, signal) => resolve({ exitCode, signal })),
  )
  const failed = child.then((result): Ending | Promise<Ending> =>
    child.pid === undefined
      ? {
          exitCode: null,
          signal: null,
          spawnError: { code: result.code ?? 'EUNKNOWN', message: result.originalMessage ?? '' },
        }
      : exited,
  )
  return Promise.race([exited, failed])
}

async function endGroup(group: number, waitMs: number, graceMs: number) {
  if (waitMs > 0 && (await groupLeaves(group, waitMs))) return
  signalGroup(group, 'SIGTERM')
  if (await groupLeaves(group, graceMs)) return
  // Also when the leader has gone: its children may be what ignored SIGTERM.
  signalGroup(group, 'SIGKILL')
  await groupLeaves(group, drainMs)
}

const timer = <T = undefined>(ms: number, value?: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(value as T), ms).unref()
  })
