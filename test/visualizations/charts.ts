import { createMachine, type AnyStateMachine } from 'xstate'

/** Runs Stately source text as the module that it is. */
export async function importStately(source: string): Promise<AnyStateMachine> {
  const body = source
    .replace("import { createMachine } from 'xstate'\n", '')
    .replace('export const machine =', 'return')
  return new Function('createMachine', body)(createMachine) as AnyStateMachine
}
