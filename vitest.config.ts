import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Two cores, each file with a database of its own: more workers only queue.
    maxWorkers: 2,
    // Bounds for what hangs, not for what is slow: a busy machine takes five times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // XState warns of every event sent to an actor that has ended, which many tests do on purpose.
    silent: 'passed-only',
    reporters: ['default', './test/tally.ts'],
  },
})
