// The machines of the domain, each alone, with the paths that cover it.
import type { AnyStateMachine } from 'xstate'
import { machines } from '../../machines/index.ts'
import {
  type Coverage,
  coverPaths,
  type Path,
  type Replay,
  replayInMemory,
  withPuppets,
} from '../../runtime/testing/index.ts'
import { samples } from './samples/index.ts'

export type Subject = { name: string; machine: AnyStateMachine; paths: Path[]; coverage: Coverage }

export const subjects: Subject[] = Object.entries(machines).map(([name, entry]) => {
  const machine = withPuppets(entry.machine as AnyStateMachine)
  return { name, machine, ...coverPaths(machine, samples[name]!) }
})

export const inputOf = ({ name }: Subject, { input }: Path): unknown => samples[name]!.inputs[input]

export type Followed = Replay & { name: string; input: unknown }

/** Every path of every machine, with where it leads in memory. */
export const followed = (): Promise<Followed[]> =>
  Promise.all(
    subjects.flatMap((subject) =>
      subject.paths.map(async (path, index) => {
        const input = inputOf(subject, path)
        const expected = await replayInMemory(subject.machine, path, input)
        return { id: `${subject.name}-${index + 1}`, name: subject.name, path, input, expected }
      }),
    ),
  )
