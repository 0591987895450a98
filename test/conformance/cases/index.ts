import type { Case } from '../case.ts'
import { actions } from './actions.ts'
import { completion } from './completion.ts'
import { configuration } from './configuration.ts'
import { corners } from './corners.ts'
import { delays } from './delays.ts'
import { enqueueing } from './enqueueing.ts'
import { eventless } from './eventless.ts'
import { expressions } from './expressions.ts'
import { failures } from './failures.ts'
import { guards } from './guards.ts'
import { history } from './history.ts'
import { incarnations } from './incarnations.ts'
import { invocations } from './invocations.ts'
import { lifetimes } from './lifetimes.ts'
import { promises } from './promises.ts'
import { references } from './references.ts'
import { sending } from './sending.ts'
import { shapes } from './shapes.ts'
import { spawning } from './spawning.ts'
import { states } from './states.ts'
import { supervision } from './supervision.ts'
import { timers } from './timers.ts'
import { transitions } from './transitions.ts'
import { values } from './values.ts'

export const cases: readonly Case[] = [
  ...states,
  ...history,
  ...transitions,
  ...eventless,
  ...guards,
  ...actions,
  ...enqueueing,
  ...sending,
  ...timers,
  ...delays,
  ...invocations,
  ...incarnations,
  ...promises,
  ...spawning,
  ...lifetimes,
  ...completion,
  ...failures,
  ...expressions,
  ...supervision,
  ...values,
  ...shapes,
  ...references,
  ...configuration,
  ...corners,
]
