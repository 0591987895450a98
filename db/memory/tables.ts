/** Rows as the tables of Postgres hold them; JSON columns are texts. */
export type SystemRow = {
  id: string
  machine: string
  version: string
  definition: string
  tenant: string
  inputHash: string
  seq: number
  checkpointSeq: number
  turn: string
  time: number
  owner: string | null
  status: 'active' | 'done' | 'parked'
  reason: string | null
}
export type ProcessRow = { id: string; name: string; leaseUntil: number }
export type MailboxRow = {
  systemId: string
  id: string
  n: number
  kind: 'mail' | 'timer' | 'result' | 'report' | 'emission'
  due: number
  held: boolean
  address: string | null
  incarnation: string | null
  source: string | null
  sendId: string | null
  event: string
  key: string | null
}
export type JournalEntry = {
  seq: number
  turn: string
  incarnation: string
  address: string
  at: number
  event: string
  value: string | null
  delta: string
  microsteps: string | null
  key: string | null
}
export type ActivityState = {
  systemId: string
  incarnation: string
  address: string
  machine: string
  version: string
  src: string
  input: string
  status: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  attempt: number
  lost: number
  runAt: number
  owner: string | null
  heartbeatAt: number | null
  heartbeatMs: number | null
  result: string | null
}
export type ActorRow = { incarnation: string; address: string; checkpoint: string }
export type EmittedEntry = { seq: number; n: number; address: string; at: number; event: string }
export type ListedRow = { address: string; kind: string; key: string; data: string; seq: number }
export type Letter = { id: string; at: number; address: string; reason: string; event: string; key: string | null }

/** Everything that belongs to one system; its mail and journal may be there without a row of its own. */
export type Shelf = {
  mailbox: Map<string, MailboxRow>
  journal: JournalEntry[]
  keys: Map<string, number>
  actors: Map<string, ActorRow>
  activities: Map<string, ActivityState>
  emitted: EmittedEntry[]
  projections: Map<string, ListedRow>
  deadLetters: Map<string, Letter>
}

const newShelf = (): Shelf => ({
  mailbox: new Map(),
  journal: [],
  keys: new Map(),
  actors: new Map(),
  activities: new Map(),
  emitted: [],
  projections: new Map(),
  deadLetters: new Map(),
})

/** What the memory store holds. `now`: the database's clock, milliseconds. */
export class Tables {
  readonly systems = new Map<string, SystemRow>()
  readonly processes = new Map<string, ProcessRow>()
  readonly shelves = new Map<string, Shelf>()
  readonly now: () => number
  readonly uuid: () => string
  #arrivals = 0

  constructor(now: () => number, uuid: () => string) {
    this.now = now
    this.uuid = uuid
  }

  shelf(system: string): Shelf {
    const known = this.shelves.get(system)
    if (known) return known
    const shelf = newShelf()
    this.shelves.set(system, shelf)
    return shelf
  }

  nextArrival = () => ++this.#arrivals

  /** The process is there and its lease has not run out. */
  lives(process: string | null): boolean {
    const row = process === null ? undefined : this.processes.get(process)
    return row !== undefined && row.leaseUntil > this.now()
  }

  *allMail(): Generator<MailboxRow> {
    for (const { mailbox } of this.shelves.values()) yield* mailbox.values()
  }

  *allActivities(): Generator<ActivityState> {
    for (const { activities } of this.shelves.values()) yield* activities.values()
  }
}

/** Rows in the order of a column "C": bytewise, as far as there are no surrogates. */
export const ordered = <Row>(rows: Iterable<Row>, by: (row: Row) => string | number): Row[] =>
  [...rows].sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0))

/** The whole statement fails, as by a unique index. */
export const uniqueViolation = (what: string) =>
  Object.assign(new Error(`duplicate key value violates unique constraint of ${what}`), { code: '23505' })

export const parsed = (text: string | null): any => (text === null ? null : JSON.parse(text))

const blank = { held: false, address: null, incarnation: null, source: null, sendId: null, key: null }

export const mailRow = (
  row: Partial<MailboxRow> & Pick<MailboxRow, 'systemId' | 'id' | 'n' | 'kind' | 'due' | 'event'>,
) => ({ ...blank, ...row }) as MailboxRow
