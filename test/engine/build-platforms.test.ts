import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BuildSpec, ImageSummary } from '../../src/engine/api.ts'
import type { LocalEngine } from '../../src/engine/local-engine.ts'
import { baseImage, type Fixture } from '../conformance/dockerfiles/fixture.ts'
import { type BuildEngine, openBuildEngine } from '../support/build-engine.ts'
import { sh } from '../support/command.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* Images of several platforms, without an emulator: programs run on the build's own platform only. */

let opened: BuildEngine
let engine: LocalEngine
let fixture: Fixture
let registry: LoopbackRegistry
let root: string

beforeAll(async () => {
  requireSandbox()
  opened = await openBuildEngine()
  ;({ engine, fixture, root } = opened)
  registry = await startRegistry(root)
})

afterAll(async () => {
  await registry.stop()
  await opened.close()
})

const host = sh('dpkg --print-architecture').trim()
const foreign = host === 'arm64' ? 's390x' : 'arm64'

const text = `FROM --platform=$BUILDPLATFORM ${baseImage} AS make
ARG TARGETARCH
RUN echo $TARGETARCH >/arch
FROM scratch
COPY --from=make /arch /
`

async function build(dockerfileInline: string, spec: Partial<BuildSpec> = {}): Promise<ImageSummary> {
  return engine.engine.images.build({ context: fixture.contexts.plain, tags: ['several/out:1'], dockerfileInline, ...spec })
}

const platforms = [`linux/${foreign}`, `linux/${host}`]
const shown = (image: string): unknown => JSON.parse(sh(`skopeo inspect --raw --tls-verify=false docker://${registry.host}/${image}`))
const fileIn = (image: string, arch: string): string => {
  const directory = mkdtempSync(join(root, 'image-'))
  const source = `docker://${registry.host}/${image}`
  sh(
    `skopeo copy -q --src-tls-verify=false --override-arch=${arch} ${source} oci:${directory}:x && umoci unpack --image ${directory}:x ${directory}/out`,
  )
  return sh(`cat ${directory}/out/rootfs/arch`).trim()
}

it('an image of several platforms is one name here, that of the host, and an index at the registry', async () => {
  const name = `${registry.host}/several:1`
  const image = await build(text, { platforms, tags: [name] })
  expect(image.platform).toBe(`linux/${host}`)
  expect((await engine.engine.images.list()).map(({ tags }) => tags)).toEqual([[name], [baseImage]])
  await engine.engine.images.push({ reference: name })
  expect(shown('several:1')).toMatchObject({
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [{ platform: { architecture: host } }, { platform: { architecture: foreign } }],
  })
  expect(fileIn('several:1', host)).toBe(host)
  expect(fileIn('several:1', foreign)).toBe(foreign)
})

it('pruning keeps the other platforms while the name is there, and removing the name takes them along', async () => {
  const name = `${registry.host}/several:2`
  const { variants = [] } = await build(text, { platforms, tags: [name], labels: { test: 'prune' } })
  expect(variants).toHaveLength(1)
  await engine.engine.images.prune({})
  await engine.engine.images.push({ reference: name })
  expect(shown('several:2')).toMatchObject({ manifests: [{}, {}] })
  const lines = await engine.engine.images.remove({ image: name })
  await expect(engine.engine.images.inspect({ image: variants[0] ?? '' })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  expect(lines.filter((line) => /^Deleted: /.test(line) && variants.some((id) => line.endsWith(id)))).toHaveLength(1)
})

it('an archive of it is an index too, which other tools and this one read', async () => {
  const name = 'several/saved:1'
  await build(text, { platforms, tags: [name], labels: { test: 'save' } })
  const path = join(root, 'several.tar')
  await engine.engine.images.save({ references: [name], path })
  sh(`mkdir ${root}/layout && tar -xf ${path} -C ${root}/layout`)
  for (const arch of [host, foreign]) {
    const inspected = sh(`skopeo inspect --override-arch=${arch} oci:${root}/layout:1`)
    expect(JSON.parse(inspected)).toMatchObject({ Architecture: arch })
  }
  await engine.engine.images.remove({ image: name })
  const [loaded] = await engine.engine.images.load({ path })
  expect(loaded).toMatchObject({ tags: [name], platform: `linux/${host}` })
})

it('the base of another platform comes from the registry, and the name stays with the one that runs here', async () => {
  const name = `${registry.host}/base:1`
  await build(text, { platforms, tags: [name] })
  await engine.engine.images.push({ reference: name })
  await engine.engine.images.remove({ image: name })
  const here = await engine.engine.images.pull({ reference: name })
  const child = `${registry.host}/child:1`
  await build(`FROM ${name}\nARG TARGETARCH\nENV A=$TARGETARCH\n`, { platforms, tags: [child] })
  expect((await engine.engine.images.inspect({ image: name })).id).toBe(here.id)
  await engine.engine.images.push({ reference: child })
  expect([fileIn('child:1', host), fileIn('child:1', foreign)]).toEqual([host, foreign])
})

it('the base of another platform may be one that was built here for both', async () => {
  await build(text, { platforms, tags: ['several/base:2'] })
  const child = `${registry.host}/child:2`
  await build('FROM several/base:2\nENV A=1\n', { platforms, tags: [child] })
  await engine.engine.images.push({ reference: child })
  expect([fileIn('child:2', host), fileIn('child:2', foreign)]).toEqual([host, foreign])
})

it('a base for another platform than what is built is a finding', async () => {
  const reference = 'several/foreign:1'
  await engine.engine.images.import({ path: fixture.baseTar, reference, platform: `linux/${foreign}` })
  const check = async (spec: Partial<BuildSpec>): Promise<unknown> => {
    const { warnings } = await engine.engine.images.checkBuild({
      context: fixture.contexts.plain,
      tags: [],
      dockerfileInline: `FROM ${reference}\nENV A=1\n`,
      ...spec,
    })
    return warnings.map(({ rule, line }) => `${line} ${rule}`)
  }
  expect(await check({})).toEqual(['1 InvalidBaseImagePlatform'])
  expect(await check({ platforms: [`linux/${foreign}`] })).toEqual([])
  await engine.engine.images.remove({ image: reference })
})

it('a program of a platform that cannot run here is refused with what helps', async () => {
  await build(text, { platforms, tags: ['several/base:3'] })
  const failing = build('FROM several/base:3\nRUN true\n', { platforms: [`linux/${foreign}`] })
  await expect(failing).rejects.toMatchObject({ code: 'FOREIGN_PLATFORM', position: { line: 2 } })
})

it('an OCI layout in a directory is a named context, by its tag or digest, and leaves no image here', async () => {
  const layout = join(root, 'named')
  await build(text, { platforms, tags: ['several/layout:1'] })
  const path = join(root, 'layout.tar')
  await engine.engine.images.save({ references: ['several/layout:1'], path })
  sh(`mkdir ${layout} && tar -xf ${path} -C ${layout} oci-layout index.json blobs`)
  const names = (await engine.engine.images.list()).flatMap(({ tags }) => tags)
  for (const name of names.filter((each) => each !== baseImage)) await engine.engine.images.remove({ image: name })
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    readonly manifests: readonly { readonly digest: string }[]
  }
  const digest = index.manifests[0]?.digest ?? ''
  for (const reference of [`${layout}:1`, `${layout}@${digest}`, layout]) {
    const additionalContexts = { laid: `oci-layout://${reference}` }
    await build('FROM laid\nCOPY --from=laid /arch /other\nENV A=1\n', {
      additionalContexts,
      noCache: true,
      tags: [`${registry.host}/laid:1`],
    })
    await engine.engine.images.push({ reference: `${registry.host}/laid:1` })
    expect(fileIn('laid:1', host)).toBe(host)
  }
  const missing = build('FROM laid', { additionalContexts: { laid: `oci-layout://${layout}:nosuch` } })
  await expect(missing).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND', position: { line: 1 } })
  expect((await engine.engine.images.list()).flatMap(({ tags }) => tags).sort()).toEqual([`${registry.host}/laid:1`, baseImage].sort())
  expect((await engine.engine.images.list()).filter(({ tags, digests }) => tags.length + digests.length === 0)).toEqual([])
})
