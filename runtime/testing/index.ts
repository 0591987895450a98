export {
  coverPaths,
  explore,
  possibleEvents,
  type Circumstances,
  type Coverage,
  type Path,
  type Samples,
} from './paths.ts'
export { withPuppets } from './puppet.ts'
export { endedChild, type Place, type Leg } from './walk.ts'
export { type Observation, replayInMemory } from './replay-memory.ts'
export {
  type Difference,
  type Replay,
  replayTogether,
  type Stage,
  type Venue,
  waitsForTimer,
} from './replay-together.ts'
export { Script } from './script.ts'
