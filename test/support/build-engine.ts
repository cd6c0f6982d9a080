import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalEngine, openLocalEngine } from '../../src/engine/local-engine.ts'
import { baseImage, createFixture, type Fixture } from '../conformance/dockerfiles/fixture.ts'

/** An engine in its real places with the base image of the Dockerfile corpus, and the corpus's contexts. */
export interface BuildEngine {
  readonly engine: LocalEngine
  readonly fixture: Fixture
  /** Scratch directory. */
  readonly root: string
  close(): Promise<void>
}

/** `env` is the engine's environment, as it is whenever it is asked. */
export async function openBuildEngine(env: Readonly<Record<string, string>> = {}): Promise<BuildEngine> {
  const root = mkdtempSync(join(tmpdir(), 'tscompose-build-tests-'))
  const fixture = await createFixture(root)
  const engine = await openLocalEngine({
    paths: { dataRoot: '/var/lib/tscompose', runRoot: '/run/tscompose' },
    version: '0',
    socket: '/run/tscompose/none',
    netdCommand: [process.execPath, join(import.meta.dirname, '../../src/daemon/netd-main.ts')],
    env,
    log: () => undefined,
  })
  await engine.engine.images.import({ path: fixture.baseTar, reference: baseImage, changes: ['CMD ["sh"]'] })
  return {
    engine,
    fixture,
    root,
    close: async () => {
      await engine.close()
      await fixture.close()
      rmSync(root, { recursive: true })
    },
  }
}
