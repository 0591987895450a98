/**
 * Machines have no clock: time comes in with the facts. A command and a child's message carry `at`, an activity's result
 * carries it in its output; an event without one (a timer, a failure) counts as simultaneous with the last fact known.
 * Time never runs backwards, so a fact from a host whose clock is behind takes the latest time known.
 */
export const instantOf = (event: unknown, latest: number): number => {
  const { at, output } = event as { at?: unknown; output?: { at?: unknown } | null }
  const told = at ?? output?.at
  return typeof told === 'number' && told > latest ? told : latest
}
