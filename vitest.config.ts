import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Two cores, each file with a database of its own: more workers only queue.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // XState warns of every event sent to an actor that has ended, which many tests do on purpose.
    silent: 'passed-only',
    reporters: ['default', './test/tally.ts'],
  },
})
