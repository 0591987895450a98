/** What a pull request says. */
export type Draft = { title: string; body: string; head: string; base: string }

export type Found = { number: number; url: string; open: boolean }

/** Where pull requests live. */
export type Forge = {
  /** All of this branch, whatever became of them. */
  find(head: string): Promise<Found[]>
  create(draft: Draft): Promise<Found>
  update(number: number, draft: Draft): Promise<void>
}
