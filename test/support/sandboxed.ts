import { readFileSync } from 'node:fs'

/**
 * Throws unless the engine's fixed places are the test's own (tmpfs mounts of a private namespace, or the images kept for
 * the example stacks, as test/run.ts makes them): a test must never work on the engine of the machine it runs on.
 */
export function requireSandbox(): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  for (const place of ['/run/tscompose', '/var/lib/tscompose']) {
    const own = mounts.some((line) => line.split(' ')[4] === place && (/- tmpfs /.test(line) || line.includes('/tscompose-tests ')))
    if (!own) throw new Error(`${place} is not a tmpfs of this test's own: run it with 'npm run test:engine' or 'npm run test:e2e'`)
  }
}
