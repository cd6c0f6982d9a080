import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sh } from '../support/command.ts'
import { listTree, makeLayout, onDisk, openImages, type TestImages, withMounted } from '../support/images.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const work = '/var/lib/tscompose/load-test'
const dataRoot = `${work}/data`

let images: TestImages
let users: readonly string[]
let expected: string

beforeAll(() => {
  requireSandbox()
  mkdirSync(work, { recursive: true })
  const layout = makeLayout(work)
  sh(`
    cd ${work}
    umoci unpack --image ${layout}:app bundle
    skopeo copy -q oci:${layout}:app docker-archive:docker.tar:shop/web:7
    skopeo copy -q oci:${layout}:app oci-archive:oci.tar:shop/web:8
    gzip -k docker.tar; xz -0 -k docker.tar; zstd -q docker.tar
  `)
  expected = listTree(`${work}/bundle/rootfs`)
})
afterAll(() => rmSync(work, { recursive: true, force: true }))
beforeEach(async () => {
  users = []
  images = await openImages(dataRoot, () => users)
})
afterEach(async () => {
  await images.close()
  rmSync(dataRoot, { recursive: true, force: true })
})

describe('load', () => {
  it.each(['docker.tar', 'docker.tar.gz', 'docker.tar.xz', 'docker.tar.zst'])('takes a docker archive, %s', async (name) => {
    const [image] = await images.images.load({ path: `${work}/${name}` })
    expect(image?.tags).toEqual(['shop/web:7'])
    expect(await withMounted(images, 'shop/web:7', listTree)).toBe(expected)
  })

  it('takes an OCI layout', async () => {
    const [image] = await images.images.load({ path: `${work}/oci.tar` })
    expect(image?.tags).toEqual(['shop/web:8'])
    expect(await withMounted(images, 'shop/web:8', listTree)).toBe(expected)
  })

  it('takes the old form with layers behind links', async () => {
    sh(`
      cd ${work} && rm -rf old && mkdir old && tar -C old -xf docker.tar && cd old
      mkdir layer1 && first=$(jq -r '.[0].Layers[0]' manifest.json) && mv -f "$(readlink -f "$first")" layer1/real.tar && rm -f "$first" && ln -s real.tar layer1/layer.tar
      jq '.[0].Layers[0]="layer1/layer.tar"' manifest.json >m && mv m manifest.json && tar -cf ../old.tar .
    `)
    await images.images.load({ path: `${work}/old.tar` })
    expect(await withMounted(images, 'shop/web:7', listTree)).toBe(expected)
  })

  it('refuses archives with wrong bytes, without config, or that are none, and leaves nothing', async () => {
    sh(`
      cd ${work} && rm -rf bad && mkdir bad && tar -C bad -xf oci.tar && f=$(find bad/blobs -type f -size +1000k) && printf X | dd of=$f bs=1 seek=9000 conv=notrunc status=none && tar -C bad -cf bad.tar .
      rm -rf none && mkdir none && echo hi >none/file && tar -C none -cf none.tar . && echo text >text
      rm -rf noconfig && mkdir noconfig && tar -C noconfig -xf docker.tar && rm noconfig/$(jq -r '.[0].Config' noconfig/manifest.json) && tar -C noconfig -cf noconfig.tar .
    `)
    await expect(images.images.load({ path: `${work}/bad.tar` })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    for (const name of ['none.tar', 'text', 'noconfig.tar'])
      await expect(images.images.load({ path: `${work}/${name}` })).rejects.toMatchObject({ code: 'INVALID_ARCHIVE' })
    await expect(images.images.load({ path: `${work}/missing` })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    expect(onDisk(dataRoot)).toBe('')
  })
})

describe('save', () => {
  it('writes what skopeo reads in both forms, the same bytes each time', async () => {
    await images.images.load({ path: `${work}/docker.tar.gz` })
    const id = (await images.images.inspect({ image: 'shop/web:7' })).id
    for (const name of ['one.tar', 'two.tar']) await images.images.save({ references: ['shop/web:7'], path: `${work}/${name}` })
    sh(`cmp ${work}/one.tar ${work}/two.tar`)
    expect(sh(`skopeo inspect --config --raw docker-archive:${work}/one.tar | sha256sum`).slice(0, 64)).toBe(id.slice(7))
    sh(`rm -rf ${work}/dir && skopeo copy -q docker-archive:${work}/one.tar:shop/web:7 dir:${work}/dir`)
    sh(
      `rm -rf ${work}/lay && mkdir ${work}/lay && tar -C ${work}/lay -xf ${work}/one.tar && cd ${work}/lay && for f in blobs/sha256/*; do [ "$(sha256sum <$f | cut -c1-64)" = "$(basename $f)" ]; done && skopeo inspect --raw oci:${work}/lay >/dev/null`,
    )
    expect(sh(`tar tf ${work}/one.tar | grep -v blobs/`).trim().split('\n')).toEqual([
      'index.json',
      'manifest.json',
      'oci-layout',
      'repositories',
    ])
  })
})

describe('images on disk', () => {
  it('are there after a restart; what nobody knows is collected', async () => {
    await images.images.load({ path: `${work}/docker.tar` })
    const before = await images.images.list()
    mkdirSync(`${dataRoot}/content/ingest/scratch-left`, { recursive: true })
    writeFileSync(`${dataRoot}/content/blobs/sha256/${'a'.repeat(64)}`, 'orphan')
    const full = onDisk(dataRoot)
    await images.close()
    images = await openImages(dataRoot)
    await images.collectGarbage()
    expect(await images.images.list()).toEqual(before)
    expect(onDisk(dataRoot)).toBe(
      full
        .split('\n')
        .filter((line) => !/a{64}|scratch-left/.test(line))
        .join('\n'),
    )
    expect(await withMounted(images, 'shop/web:7', listTree)).toBe(expected)
  })

  it('go by name, in use only by force, and their layers with the last name', async () => {
    await images.images.load({ path: `${work}/docker.tar` })
    const { id } = await images.images.inspect({ image: 'shop/web:7' })
    await images.images.tag({ image: 'shop/web:7', reference: 'other' })
    await expect(images.images.remove({ image: id })).rejects.toMatchObject({ code: 'IMAGE_HAS_NAMES' })
    expect(await images.images.remove({ image: 'other' })).toEqual(['Untagged: other:latest'])
    users = ['shop-web-1']
    await expect(images.images.remove({ image: id.slice(7, 15) })).rejects.toMatchObject({
      code: 'IMAGE_IN_USE',
      message: expect.stringContaining('shop-web-1'),
    })
    expect(await images.images.remove({ image: 'shop/web:7', force: true })).toEqual(['Untagged: shop/web:7'])
    expect((await images.images.list()).map(({ tags }) => tags)).toEqual([[]])
    users = []
    const lines = await images.images.remove({ image: id })
    expect(lines[0]).toBe(`Deleted: ${id}`)
    expect(lines).toHaveLength(4)
    expect(onDisk(dataRoot)).toBe('')
    await expect(images.images.remove({ image: 'shop/web:7' })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  })

  it('say so when a layer was deleted behind our back, and a new load heals them', async () => {
    await images.images.load({ path: `${work}/docker.tar` })
    const layer = readdirSync(`${dataRoot}/overlay2`)[0] ?? ''
    await images.close()
    rmSync(`${dataRoot}/overlay2/${layer}`, { recursive: true })
    images = await openImages(dataRoot)
    await expect(withMounted(images, 'shop/web:7', () => 0)).rejects.toMatchObject({ code: 'LAYER_MISSING' })
    await images.images.load({ path: `${work}/docker.tar` })
    expect(await withMounted(images, 'shop/web:7', listTree)).toBe(expected)
  })

  it('survive a damaged record of another image', async () => {
    await images.images.load({ path: `${work}/docker.tar` })
    await images.close()
    writeFileSync(`${dataRoot}/images/sha256-${'b'.repeat(64)}.json`, '{"id":')
    images = await openImages(dataRoot)
    expect((await images.images.list()).map(({ tags }) => tags)).toEqual([['shop/web:7']])
    expect(images.warnings).toHaveLength(1)
    expect(existsSync(`${dataRoot}/images/sha256-${'b'.repeat(64)}.json`)).toBe(false)
    expect(
      readFileSync(`${dataRoot}/images/${readdirSync(`${dataRoot}/images`).find((name) => name.includes('damaged')) ?? ''}`, 'utf8'),
    ).toBe('{"id":')
  })
})
