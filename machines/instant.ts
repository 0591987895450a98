/**
 * Machines have no clock: time comes in with the facts. A command and a child's message carry `at`, an activity's result
 * carries it in its output, its failure in the error; an event without one (a timer) counts as simultaneous with the last
 * fact known.
 * Time never runs backwards, so a fact from a host whose clock is behind takes the latest time known.
 */
export const instantOf = (event: unknown, latest: number): number => {
  type Dated = { at?: unknown } | null
  const { at, output, error } = event as { at?: unknown; output?: Dated; error?: Dated }
  const told = at ?? output?.at ?? error?.at
  return typeof told === 'number' && told > latest ? told : latest
}
