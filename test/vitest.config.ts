import { resolve } from 'node:path'
import type { ViteUserConfig } from 'vitest/config'

// Unit tests share their workers (`isolate: false`): no module keeps state, and loading them anew for each file takes most of the time.

/** Tests of namespaces, mounts and signals: a process each, one at a time. */
const alone = { pool: 'forks', fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 } as const

const config: ViteUserConfig = {
  root: resolve(import.meta.dirname, '..'),
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'],
          pool: 'forks',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      { extends: true, test: { name: 'engine', include: ['test/engine/**/*.test.ts'], ...alone } },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...alone } },
      { extends: true, test: { name: 'conformance', include: ['test/conformance/**/*.test.ts'], pool: 'forks', testTimeout: 60_000 } },
    ],
  },
}

export default config
