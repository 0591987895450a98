import { z } from 'zod'
import type { Tool } from './tool.ts'

export const deliver: Tool<{ summary: string }> = {
  name: 'deliver',
  description:
    'Say that the work is finished and hand it over as it lies in the workspace; it is checked after that. Call it last, and alone.',
  arguments: z.strictObject({
    summary: z
      .string()
      .min(1)
      .max(4000)
      .describe('What was done and why, for a person who reviews it; findings, if that was the task.'),
  }),
  reads: true,
  use: ({ summary }) => ({ text: 'delivered', line: 'delivered', mark: null, delivered: summary }),
}
