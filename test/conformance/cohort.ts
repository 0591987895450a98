import { SimulatedClock } from 'xstate'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import type { Item } from './case.ts'
import { openRuntime, Run, type Runtime, type Subject } from './durable.ts'
import { runReference } from './reference.ts'

// A promise that ran when its runtime was abandoned is run again by the next one.
const PATIENCE_MS = 15_000

/** Subjects on one database and one clock, whose runtime is replaced again and again. */
export class Cohort {
  readonly clock: SimulatedClock
  readonly #subjects: readonly Subject[]
  readonly #database: TestDatabase
  #runtime: Runtime
  #replaced = 0

  static async open(subjects: readonly Subject[]): Promise<Cohort> {
    const database = await createTestDatabase()
    const clock = new SimulatedClock()
    return new Cohort(subjects, database, clock, await openRuntime(database.database, clock, subjects))
  }

  private constructor(subjects: readonly Subject[], database: TestDatabase, clock: SimulatedClock, runtime: Runtime) {
    this.#subjects = subjects
    this.#database = database
    this.clock = clock
    this.#runtime = runtime
  }

  async close() {
    await this.#runtime.close()
    await this.#database.drop()
  }

  /** Nothing stays in memory once an item has had its effect; every other runtime goes without a word. */
  driveForgetful = (subjects: readonly Subject[]) =>
    this.#drive(subjects, async (each) => {
      await this.#replace(this.#replaced % 2 === 0)
      await each((run, item) => run.perform(item, this.#runtime, this.clock))
      await each((run) => run.observe(this.#runtime))
    })

  /** The runtime is gone as soon as it has acknowledged an item, before it may have done anything about it. */
  driveInterrupted = (subjects: readonly Subject[]) =>
    this.#drive(subjects, async (each) => {
      await each((run, item) => run.perform(item, this.#runtime, this.clock))
      await this.#replace(true)
      await each((run) => run.observe(this.#runtime))
    })

  async #replace(abandon: boolean) {
    this.#replaced += 1
    await this.#runtime.close({ abandon })
    this.#runtime = await openRuntime(this.#database.database, this.clock, this.#subjects)
  }

  /** Drives all `subjects` in step through their scripts. */
  async #drive(subjects: readonly Subject[], round: (each: Each) => Promise<void>): Promise<Map<Subject, Run>> {
    const runs = new Map<Subject, Run>()
    for (const subject of subjects)
      runs.set(subject, new Run(subject, await runReference(subject.testCase), PATIENCE_MS))
    const all = (step: (run: Run) => Promise<unknown>) =>
      Promise.all([...runs.values()].map((run) => run.attempt(step)))
    await all((run) => run.start(this.#runtime))
    await all((run) => run.observe(this.#runtime))
    for (let index = 0; index < Math.max(...subjects.map(({ testCase }) => testCase.script.length)); index++) {
      await round((step) =>
        all(async (run) => {
          const item = run.subject.testCase.script[index]
          if (item && !run.differs) await step(run, item)
        }),
      )
    }
    await this.#replace(false)
    await all((run) => run.finish(this.#runtime))
    return runs
  }
}

type Each = (step: (run: Run, item: Item) => Promise<unknown>) => Promise<unknown>
