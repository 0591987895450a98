import { z } from 'zod'

/** A program and its arguments, started without a shell. */
export const Argv = z.array(z.string()).min(1)
export type Argv = z.infer<typeof Argv>

/** Milliseconds since 1970 UTC. Every fact from outside carries one: machines have no clock of their own. */
export const Instant = z.number().int().nonnegative()
export type Instant = z.infer<typeof Instant>
