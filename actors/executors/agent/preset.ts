import type { Executor } from '../../../machines/index.ts'
import type { OwnEnvironment } from '../../process/index.ts'
import type { Protocol } from './protocol.ts'

export type AgentExecutor = Extract<Executor, { kind: 'agent' }>

/** Absolute paths. Elsewhere it reads what this account may read, and writes nothing. Deeper paths go before others. */
export type Reach = { denied: readonly string[]; reads: readonly string[]; writes: readonly string[] }

/** One run of an agent, as its preset is told of it. */
export type Task = {
  executor: AgentExecutor
  workspace: string
  outbox: string
  /** A folder of the contract's own that outlives its attempts: the agent keeps its sessions in it. */
  state: string
  /** What it is told. */
  promptFile: string
  /** The session to go on with; null: a new one. */
  session: string | null
  /** Steps of some types may only look. */
  readOnly: boolean
  /** For what it runs. */
  reach: Reach
  /** What it may spend at most, in US dollars; null: nobody says. */
  budgetUsd: number | null
  /** Our own environment: what of it is set decides which of its variables the agent is given. */
  own: OwnEnvironment
}

export type Invocation = {
  /** After the program and whatever `argv` of the executor puts behind it. */
  args: string[]
  /** Beside what every child gets. */
  env: Record<string, string>
  /** Names of variables of ours that it gets: its own keys and the address they are for. */
  passed: string[]
  /** Whether the prompt is its standard input. */
  reads: boolean
}

/** How one agent's command line is run without anybody to answer its questions. */
export type Preset = {
  /** The name of its program. */
  program: string
  /** The oldest version that is known to do what is asked of it here. */
  oldest: readonly [number, number, number]
  /** Its own variables for a key; with none of them set it has nobody to ask. */
  keys: readonly string[]
  /** Where it sends its questions. null: it depends. */
  address(own: OwnEnvironment): string | null
  /** It keeps what it runs within its reach by itself, in a way that a confinement around it would be in the way of. */
  confinesItself: boolean
  /** May write settings into `task.state`. */
  invoke(task: Task): Invocation
  protocol(task: Task): Protocol
}

/** The names that are set to something. */
export const among = (own: OwnEnvironment, names: readonly string[]): string[] =>
  names.filter((name) => (own[name] ?? '') !== '')
