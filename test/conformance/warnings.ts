import { afterAll, beforeAll, vi } from 'vitest'

/** XState's development build warns of events to stopped actors, which many cases send on purpose. */
export function silenceXState() {
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
  afterAll(() => void vi.restoreAllMocks())
}
