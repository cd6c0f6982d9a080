import { mkdirSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxTar } from '../support/busybox.ts'
import { sh } from '../support/command.ts'
import { listTree, onDisk, openImages, type TestImages, withMounted } from '../support/images.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const work = '/var/lib/tscompose/import-test'
let images: TestImages
let tar: string

beforeAll(async () => {
  requireSandbox()
  mkdirSync(work, { recursive: true })
  tar = busyboxTar(work)
  sh(
    `cd ${work} && mkdir ref && tar -C ref -xf busybox.tar && gzip -k busybox.tar && xz -0 -k busybox.tar && bzip2 -k busybox.tar && zstd -q -k busybox.tar`,
  )
  images = await openImages(`${work}/data`)
})
afterAll(async () => {
  await images.close()
  rmSync(work, { recursive: true, force: true })
})

describe('import', () => {
  it('makes a one-layer image with the changes applied', async () => {
    const changes = [
      'CMD ["sh", "-c", "echo hi"]',
      'ENV A=1 B="two words"',
      'EXPOSE 80 53/udp',
      'LABEL x=y',
      'USER nobody',
      'WORKDIR /www',
      'VOLUME /data',
      'ENTRYPOINT exec sh',
      'STOPSIGNAL SIGINT',
      'HEALTHCHECK CMD true',
    ]
    await images.images.import({ path: tar, reference: 'test/busybox:1', changes, message: 'from a test' })
    const { config, comment, configFile } = await images.images.inspect({ image: 'test/busybox:1' })
    expect(config).toEqual({
      Cmd: ['sh', '-c', 'echo hi'],
      Env: ['A=1', 'B=two words'],
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Labels: { x: 'y' },
      User: 'nobody',
      WorkingDir: '/www',
      Volumes: { '/data': {} },
      Entrypoint: ['/bin/sh', '-c', 'exec sh'],
      StopSignal: 'SIGINT',
      Healthcheck: { Test: ['CMD-SHELL', 'true'] },
    })
    expect(comment).toBe('from a test')
    expect(configFile.rootfs.diff_ids).toEqual([`sha256:${sh(`sha256sum <${tar}`).slice(0, 64)}`])
    expect(await withMounted(images, 'test/busybox:1', listTree)).toBe(listTree(`${work}/ref`))
  })

  it.each(['gz', 'xz', 'bz2', 'zst'])('unpacks .%s to the same layer', async (suffix) => {
    const before = (await images.images.inspect({ image: 'test/busybox:1' })).configFile.rootfs
    await images.images.import({ path: `${tar}.${suffix}`, reference: `test/busybox:${suffix}` })
    expect((await images.images.inspect({ image: `test/busybox:${suffix}` })).configFile.rootfs).toEqual(before)
  })

  it('refuses bad lines and bad files before anything is kept', async () => {
    const before = onDisk(`${work}/data`)
    await expect(images.images.import({ path: tar, changes: ['RUN true'] })).rejects.toMatchObject({ code: 'INVALID_CHANGE' })
    await expect(images.images.import({ path: tar, reference: 'Bad Name' })).rejects.toMatchObject({ code: 'INVALID_REFERENCE' })
    await expect(images.images.import({ path: `${work}/none.tar` })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(images.images.import({ path: work })).rejects.toMatchObject({ kind: 'invalid' })
    sh(`head -c 900000 ${tar}.gz >${work}/cut.tar.gz; echo text >${work}/text`)
    for (const name of ['cut.tar.gz', 'text'])
      await expect(images.images.import({ path: `${work}/${name}` })).rejects.toMatchObject({ code: 'INVALID_ARCHIVE' })
    expect(onDisk(`${work}/data`)).toBe(before)
  })
})
