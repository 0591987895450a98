import { closeSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { execa } from 'execa'
import { ownerVariable, runVariable } from './environment.ts'
import type { Redact } from '../redaction.ts'
import { openOutput, withoutSecrets } from './output.ts'
import { outlivers, signalGroup, groupLeaves, sweep } from './tree.ts'
import { watch } from './watchdog.ts'

/** A program with its arguments, or, only where somebody asked for it, a line for `sh -c`. */
export type Command = { argv?: readonly string[] | undefined; shell?: string | undefined }

export type OutputStream = 'stdout' | 'stderr'

export type ProcessOptions = {
  command: Command
  cwd: string
  /** A file that becomes its standard input; none: there is nothing to read. */
  stdinPath?: string
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
  /** Takes secrets out of what is kept. `onOutput` is given what was printed. */
  redact?: Redact
  onOutput?: (chunk: Buffer, stream: OutputStream) => void
  /** Whether what it printed is a sign of life, asked before `onOutput`; default: everything is. */
  isProgress?: (chunk: Buffer, stream: OutputStream) => boolean
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
  /** Programs that it left running when it ended by itself; they were ended, too. */
  left: string[]
  /** Why it could not be started: `ENOENT`, `EACCES` … */
  spawnError?: { code: string; message: string }
}

type Ending = Pick<ProcessResult, 'exitCode' | 'signal' | 'spawnError'>
type WholeEnding = Ending & { stopped: boolean; left: string[] }

/** What outlives its leader gets this long to leave by itself before it is told to. */
const lingerMs = 200
/** After SIGKILL: for pipes to drain. Somebody who cleared his environment and kept a pipe open must not hold us. */
const drainMs = 1000

/**
 * Runs a command to its end, or until it is cancelled, too slow or too silent; then nothing of its tree is left. The
 * outcome is a value, never an exception.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const started = performance.now()
  const { logPath: path, maxLogBytes: maxBytes, tailBytes, redact } = options
  const sink = openOutput({ path, maxBytes, tailBytes })
  const output = redact === undefined ? sink : withoutSecrets(sink, redact)
  const watching = watch(options)
  try {
    const ending = watching.reason()
      ? { exitCode: null, signal: null, stopped: true, left: [] }
      : await runToEnd(options, watching.signal, (chunk, stream) => {
          if (options.isProgress?.(chunk, stream) ?? true) watching.touch()
          output.write(chunk)
          options.onOutput?.(chunk, stream)
        })
    const { stopped, ...rest } = ending
    const reason = stopped ? watching.reason() : undefined
    return {
      ...rest,
      timedOut: reason === 'wall' || reason === 'idle' ? reason : false,
      cancelled: reason === 'cancelled',
      // First, since it brings the last line to where it is counted.
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
  receive: (chunk: Buffer, stream: OutputStream) => void,
): Promise<WholeEnding> {
  const child = start(options)
  const ended = endingOf(child)
  if (child.pid === undefined) return { ...(await ended), stopped: false, left: [] }
  const streams = [child.stdout, child.stderr] as const
  const closed = Promise.all([
    consume(streams[0], (chunk) => receive(chunk, 'stdout')),
    consume(streams[1], (chunk) => receive(chunk, 'stderr')),
  ])
  const first = await Promise.race([ended, aborted(stop)])
  const left = await endTree(child.pid, options, first !== undefined)
  await Promise.race([closed, timer(drainMs)])
  for (const stream of streams) stream?.destroy()
  const ending = first ?? (await Promise.race([ended, timer(drainMs, { exitCode: null, signal: 'SIGKILL' })]))
  return { ...ending, stopped: first === undefined, left }
}

/** Ends what there is of a tree, and says what of it had outlived its leader. */
async function endTree(group: number, { env, marker, graceMs }: ProcessOptions, byItself: boolean): Promise<string[]> {
  const owner = env[ownerVariable]
  const ours = (variable: (name: string) => string | undefined) =>
    variable(runVariable) === marker && variable(ownerVariable) === owner
  const left = byItself ? await outlivers(group, ours, lingerMs) : []
  await endGroup(group, graceMs ?? 5000)
  // Sandboxes clear the environment but for this (seen: Codex's bwrap). Whoever has it is of this run: the folder is its own.
  const temporary = env['TMPDIR']
  await sweep((variable) => ours(variable) || (temporary !== undefined && variable('TMPDIR') === temporary))
  return left
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })

function start(options: ProcessOptions) {
  const input = options.stdinPath === undefined ? undefined : openSync(options.stdinPath, 'r')
  try {
    return launch(options, input)
  } finally {
    if (input !== undefined) closeSync(input)
  }
}

function launch({ command, cwd, env, marker }: ProcessOptions, input: number | undefined) {
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
    // Any descriptor will do; its type names only 0.
    stdin: (input ?? 'ignore') as 'ignore',
    reject: false,
    windowsHide: true,
  })
}

type Child = ReturnType<typeof launch>

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

async function endGroup(group: number, graceMs: number) {
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
