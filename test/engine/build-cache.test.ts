import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BuildSpec, ImageSummary } from '../../src/engine/api.ts'
import type { LocalEngine } from '../../src/engine/local-engine.ts'
import { baseImage } from '../conformance/dockerfiles/fixture.ts'
import { type BuildEngine, openBuildEngine } from '../support/build-engine.ts'
import { sh } from '../support/command.ts'
import { createPusher } from '../support/images.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* The build cache at a registry: what other tools see there, and what comes back. */

const oci = 'application/vnd.oci.image'
const buildkitCache = 'application/vnd.buildkit.cacheconfig.v0'
const dockerfile = `FROM ${baseImage} AS one\nRUN echo 1 >/one\nFROM ${baseImage}\nCOPY --from=one /one /\nRUN echo 2 >/two\n`

let opened: BuildEngine
let engine: LocalEngine
let registry: LoopbackRegistry
let cached: string[] = []
let warnings: string[] = []

beforeAll(async () => {
  requireSandbox()
  opened = await openBuildEngine()
  ;({ engine } = opened)
  registry = await startRegistry(opened.root)
})

afterAll(async () => {
  await registry.stop()
  await opened.close()
})

async function build(spec: Partial<BuildSpec>): Promise<ImageSummary> {
  cached = []
  warnings = []
  return engine.engine.images.build(
    { context: opened.fixture.contexts.plain, tags: ['cache/out:1'], dockerfileInline: dockerfile, ...spec },
    {
      sink: ({ target, phase, verb, text = '' }) => {
        if (phase === 'warn') warnings.push(text)
        if (target.kind === 'build' && phase === 'done' && !target.name.includes('FROM')) cached.push(verb)
      },
    },
  )
}

async function forget(): Promise<void> {
  await engine.engine.images.remove({ image: 'cache/out:1', force: true })
  await engine.engine.images.pruneBuildCache({})
}

interface Manifest {
  readonly mediaType: string
  readonly config: { readonly mediaType: string; readonly digest: string }
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[]
}

/** As the registry has it; every blob is there with its digest, which skopeo checks when it copies. */
function exported(reference: string): Manifest {
  const source = `docker://${registry.host}/${reference}`
  sh(`rm -rf ${opened.root}/copy && skopeo copy -q --src-tls-verify=false ${source} dir:${opened.root}/copy`)
  return JSON.parse(sh(`skopeo inspect --raw --tls-verify=false ${source}`)) as Manifest
}

it('of type registry is OCI images there, and all stages come back', async () => {
  const ref = `${registry.host}/cache/max:1`
  const { id } = await build({ cacheTo: [`type=registry,ref=${ref},mode=max`] })
  const { mediaType, config, layers } = exported('cache/max:1')
  expect({ mediaType, config }).toMatchObject({
    mediaType: `${oci}.manifest.v1+json`,
    config: { mediaType: `${oci}.config.v1+json` },
  })
  expect(layers).toHaveLength(3)
  for (const layer of layers) expect(layer.mediaType).toBe(`${oci}.layer.v1.tar+gzip`)
  await forget()
  expect((await build({ cacheFrom: [ref] })).id).toBe(id)
  expect(cached).toEqual(['CACHED', 'CACHED', 'CACHED'])
  expect(warnings).toEqual([])
  await forget()
})

it('of type inline is the pushed image itself, and the steps of its last stage come back', async () => {
  const name = `${registry.host}/cache/inline:1`
  await build({ cacheTo: ['type=inline'], tags: [name, 'cache/out:1'] })
  await engine.engine.images.push({ reference: name })
  expect(exported('cache/inline:1')).toMatchObject({ mediaType: `${oci}.manifest.v1+json` })
  await engine.engine.images.remove({ image: name, force: true })
  await forget()
  await build({ cacheFrom: [`type=registry,ref=${name}`] })
  expect(cached.filter((verb) => verb === 'CACHED').length).toBeGreaterThanOrEqual(2)
  await forget()
})

it.each([
  ['an index', true],
  ['an image manifest', false],
])("BuildKit's own, as %s, is left out with a warning and the build goes on", async (_form, isIndex) => {
  const pusher = createPusher(`http://${registry.host}`)
  const layer = await pusher.blob(Buffer.from('no layer is read here'), `${oci}.layer.v1.tar+gzip`)
  const config = await pusher.blob(
    Buffer.from(JSON.stringify({ layers: [{ blob: layer.digest, parent: -1 }], records: [] })),
    buildkitCache,
  )
  const document = isIndex
    ? { schemaVersion: 2, mediaType: `${oci}.index.v1+json`, manifests: [layer, config] }
    : { schemaVersion: 2, mediaType: `${oci}.manifest.v1+json`, config, layers: [layer] }
  const ref = `${registry.host}/t/app:buildkit-${isIndex}`
  await pusher.manifest('t/app', `buildkit-${isIndex}`, document)
  await build({ cacheFrom: [ref] })
  expect(warnings.join('\n')).toContain('BuildKit wrote')
  expect(cached).toEqual(['DONE', 'DONE', 'DONE'])
  await forget()
})
