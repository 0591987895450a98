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
