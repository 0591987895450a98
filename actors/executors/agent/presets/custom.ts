import type { Preset } from '../preset.ts'
import { plainText } from '../protocols/plain-text.ts'
import { streamJson } from '../protocols/stream-json.ts'
import { threadEvents } from '../protocols/thread-events.ts'

/** Any other agent: `stream-json` as Claude Code prints it, `jsonl` as Codex does, or text, where the exit code decides. */
export const custom: Preset = {
  program: '',
  oldest: [0, 0, 0],
  confinesItself: false,
  keys: [],
  address: () => null,
  invoke: ({ executor, promptFile, session }) => ({
    args: executor.args,
    env: { ADJUTANT_PROMPT_FILE: promptFile, ...(session !== null && { ADJUTANT_SESSION: session }) },
    passed: [],
    reads: executor.prompt === 'stdin',
  }),
  protocol: ({ executor }) => {
    if (executor.output === 'stream-json') return streamJson()
    return executor.output === 'jsonl' ? threadEvents(executor.model ?? null) : plainText()
  },
}
