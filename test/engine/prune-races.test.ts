import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Images } from '../../src/engine/api.ts'
import { baseImage } from '../conformance/dockerfiles/fixture.ts'
import { type BuildEngine, openBuildEngine } from '../support/build-engine.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* Prunes that come while an image is on its way in: what is under way goes on, and the image is whole. */

const rounds = 8

let opened: BuildEngine
let images: Images
let registry: LoopbackRegistry
let context: string
/** Stands on the same layers as `app`, and its label lets a prune take it and not the other. */
let sibling: string
let app: string
let archive: string
let siblingArchive: string

const fill = (count: number, name: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `RUN mkdir -p /race && head -c 1000000 /dev/urandom >/race/${name}-${index}`)

const build = (tag: string, ...lines: readonly string[]): ReturnType<Images['build']> =>
  images.build({ context, tags: [tag], dockerfileInline: lines.join('\n') })

beforeAll(async () => {
  requireSandbox()
  opened = await openBuildEngine()
  images = opened.engine.engine.images
  context = opened.fixture.contexts.plain
  registry = await startRegistry(opened.root)
  sibling = `${registry.host}/race/sibling:1`
  app = `${registry.host}/race/app:1`
  archive = join(opened.root, 'app.tar')
  siblingArchive = join(opened.root, 'sibling.tar')
  await build('race/shared:1', `FROM ${baseImage}`, ...fill(3, 'shared'), 'RUN sha256sum /race/* >/sums')
  await build(sibling, 'FROM race/shared:1', 'LABEL sibling=1')
  await build(app, 'FROM race/shared:1', ...fill(3, 'app'), 'RUN sha256sum /race/* >/sums')
  await images.push({ reference: app })
  await images.save({ references: [app], path: archive })
  await images.save({ references: [sibling], path: siblingArchive })
}, 60_000)

afterAll(async () => {
  await registry.stop()
  await opened.close()
})

/** Only the base image and the sibling are here, and nothing is in the cache. */
async function begin(): Promise<void> {
  await images.prune({ all: true, withoutLabels: ['sibling=1'] })
  await images.import({ path: opened.fixture.baseTar, reference: baseImage, changes: ['CMD ["sh"]'] })
  await images.load({ path: siblingArchive })
  await images.pruneBuildCache({})
}

/**
 * Prunes one after the other from some moment until the work is over: images without a name and the cache, and the sibling
 * at some moment among them. Returns how often.
 */
async function prunedMeanwhile(work: Promise<unknown>, { within }: { readonly within: number }): Promise<number> {
  let over = false
  const settled = work.finally(() => {
    over = true
  })
  const pruning = async (): Promise<number> => {
    await sleep(Math.random() * within)
    let count = 0
    for (; !over; count++) {
      if (count === 0) await images.prune({ all: true, labels: ['sibling=1'] })
      await Promise.all([images.prune({}), images.pruneBuildCache({})])
    }
    return count
  }
  const [, count] = await Promise.all([settled, pruning()])
  return count
}

/** Every file is what it was when it was built, seen by a program that runs on the image. */
async function expectWhole(reference: string): Promise<void> {
  await build('race/run:1', `FROM ${reference}`, 'RUN sha256sum -c /sums')
  await images.remove({ image: 'race/run:1', force: true })
}

async function race(work: () => Promise<unknown>, reference: string): Promise<void> {
  await begin()
  const started = performance.now()
  await work()
  const within = performance.now() - started
  let prunes = 0
  for (let round = 0; round < rounds; round++) {
    await begin()
    prunes += await prunedMeanwhile(work(), { within })
    await expectWhole(reference)
  }
  // Otherwise nothing was shown.
  expect(prunes).toBeGreaterThan(rounds)
}

it('a pull, which shares layers with an image that goes', () => race(() => images.pull({ reference: app }), app), 120_000)

it('a load, which shares layers with an image that goes', () => race(() => images.load({ path: archive }), app), 120_000)

it('a build, whose base goes, and one of whose stages waits for the other', async () => {
  let number = 0
  const work = (): Promise<unknown> => {
    const name = `build-${number++}`
    const waiting = [`FROM ${sibling} AS made`, ...fill(2, name)]
    return build(
      'race/built:1',
      ...waiting,
      `FROM ${sibling}`,
      'LABEL sibling=',
      ...fill(6, `${name}-last`),
      'COPY --from=made /race /race',
      'RUN sha256sum /race/* >/sums',
    )
  }
  await race(work, 'race/built:1')
}, 120_000)
