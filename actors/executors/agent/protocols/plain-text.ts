import type { Protocol } from '../protocol.ts'

/** Words only: the exit code is the result, and progress shows in the workspace alone. */
export const plainText = (): Protocol => ({
  tellsEnd: false,
  hear: (line) => (line.trim() === '' ? [] : [{ type: 'said', text: line }]),
})
