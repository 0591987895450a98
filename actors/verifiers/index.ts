import type { VerifierInput, VerifierOutput, VerifierSpec } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { withCheckout } from '../checkout.ts'
import { commandLine } from '../child.ts'
import type { Surroundings } from '../surroundings.ts'
import { command, type Finding } from './command.ts'

type Verify = (
  surroundings: Surroundings,
  context: ActivityContext,
  spec: VerifierSpec,
  folder: string,
) => Promise<Finding>

const verifiers: { [Type in VerifierSpec['type']]: Verify } = { command }

/** Runs one verifier on the subject, in a checkout that holds nothing else. A failing verifier is a result. */
export const createVerifier =
  (surroundings: Surroundings) =>
  async (context: ActivityContext<VerifierInput>): Promise<VerifierOutput> => {
    const { verifier: spec } = context.input
    const { name, type, why, weight, required } = spec
    const finding = await withCheckout(surroundings, context, context.input, (folder, setup) =>
      setup?.ok === false ? unavailable(setup.outputTail) : verifiers[type](surroundings, context, spec, folder),
    )
    return { at: surroundings.now(), name, type, why, command: commandLine(spec), weight, required, ...finding }
  }

/** A tree that could not be set up says nothing about the work in it. */
const unavailable = (outputTail: string): Promise<Finding> =>
  Promise.resolve({ status: 'unavailable', score: 0, exitCode: null, durationMs: 0, outputTail })
