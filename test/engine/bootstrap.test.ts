import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProgressEvent } from '../../src/base/event.ts'
import { sh } from '../support/command.ts'
import { onDisk, openImages, type TestImages, withMounted } from '../support/images.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/*
 * The real debootstrap over a small archive made here: the network namespace of these tests reaches no other. The
 * packages are empty but for what a root file system must have; quickstart runs the same over the real archive.
 */
const work = '/var/lib/tscompose/bootstrap-test'
const dataRoot = `${work}/data`
let images: TestImages

/** A `debootstrap` in front of the real one on the search path, in this mount namespace only. */
function installDebootstrap(script: string): void {
  const file = `${work}/debootstrap`
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  sh(`mount --bind ${file} "$(command -v debootstrap)"`)
}

const removeDebootstrap = (): string => sh('umount "$(command -v debootstrap)" 2>/dev/null || true')

/** What debootstrap leaves behind, with busybox for everything: log of its arguments, devices, caches, host files. */
const fakeTree = `
echo "$@" >${work}/args; env >${work}/env
for last; do :; done; eval "tree=\\\${$(($# - 1))}"
mkdir -p $tree/bin $tree/usr/bin $tree/usr/sbin $tree/dev $tree/etc/apt/apt.conf.d $tree/etc/dpkg/dpkg.cfg.d $tree/proc $tree/tmp $tree/run $tree/var/lib/apt/lists $tree/usr/share/doc/bash $tree/usr/share/man/man1
cp ${'$'}(command -v busybox) $tree/bin/busybox; for n in sh find mkdir rm dirname chmod printf; do ln -s busybox $tree/bin/$n; done
mknod $tree/dev/null c 1 3; echo secret >$tree/etc/resolv.conf; echo host >$tree/etc/hostname; echo c >$tree/usr/share/doc/bash/copyright; echo r >$tree/usr/share/doc/bash/README; echo m >$tree/usr/share/man/man1/bash.1; echo l >$tree/var/lib/apt/lists/list
mount -t tmpfs tmpfs $tree/proc
echo "I: Retrieving bash"
`

beforeAll(() => {
  requireSandbox()
  mkdirSync(work, { recursive: true })
})
afterAll(() => rmSync(work, { recursive: true, force: true }))
beforeEach(async () => {
  images = await openImages(dataRoot)
})
afterEach(async () => {
  removeDebootstrap()
  await images.close()
  rmSync(dataRoot, { recursive: true, force: true })
})

describe('bootstrap', () => {
  it('makes a slim base image whose apt is set up as on the host', async () => {
    installDebootstrap(fakeTree)
    const events: ProgressEvent[] = []
    const suite = /VERSION_CODENAME=(\w+)/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? ''
    const image = await images.images.bootstrap(
      { reference: `debian:${suite}-slim`, packages: ['curl'] },
      { sink: (event) => events.push(event) },
    )
    expect(image.tags).toEqual([`debian:${suite}-slim`])
    expect(readFileSync(`${work}/args`, 'utf8')).toMatch(
      new RegExp(`^--variant=minbase --components=main\\S* --include=ca-certificates,curl .*${suite} ${dataRoot}\\S+ https?://`),
    )
    expect(events.map(({ text }) => text).filter((text) => text === 'retrieving packages')).toHaveLength(1)
    const tree = await withMounted(images, `debian:${suite}-slim`, (merged) => {
      expect(readFileSync(`${merged}/etc/apt/sources.list.d/base.sources`, 'utf8')).toContain(`Suites: ${suite}`)
      expect(sh(`stat -c %a ${merged}/usr/sbin/policy-rc.d`)).toBe('755\n')
      return sh(`cd ${merged} && find . -type f -o -type c | sort`)
    })
    expect(tree).toContain('./usr/share/doc/bash/copyright')
    for (const gone of ['README', 'bash.1', 'resolv.conf', 'hostname', './dev/null', 'lists/list']) expect(tree).not.toContain(gone)
    expect((await images.images.inspect({ image: image.id })).config.Cmd).toEqual(['bash'])
    expect(sh(`findmnt -rn -o TARGET | grep '^${dataRoot}' || true`)).toBe('')
  })

  it('is done once for a suite', async () => {
    installDebootstrap(fakeTree)
    const first = await images.images.bootstrap({ reference: 'debian:12', suite: 'bookworm' })
    rmSync(`${work}/args`)
    const again = await images.images.bootstrap({ reference: 'shop/base:1', suite: 'bookworm' })
    expect(again.id).toBe(first.id)
    expect(again.tags).toEqual(['debian:12', 'shop/base:1'])
    expect(() => readFileSync(`${work}/args`)).toThrow()
  })

  it('says what debootstrap said when it fails, and leaves nothing', async () => {
    installDebootstrap(
      'for last; do :; done; eval "tree=\\${$(($# - 1))}"; mkdir -p $tree/half; mount -t tmpfs tmpfs $tree/half; echo "E: Failed getting release file"; exit 1',
    )
    await expect(images.images.bootstrap({ reference: 'debian:bookworm' })).rejects.toMatchObject({
      code: 'BOOTSTRAP_FAILED',
      message: expect.stringContaining('Failed getting release file'),
    })
    expect(onDisk(dataRoot)).toBe('')
    expect(sh(`ls ${dataRoot}/rootfs`)).toBe('')
    expect(sh(`findmnt -rn -o TARGET | grep '^${dataRoot}' || true`)).toBe('')
  })

  it('refuses what is no suite or package before anything is started', async () => {
    await expect(images.images.bootstrap({ reference: 'debian:x', suite: '../x' })).rejects.toMatchObject({ code: 'UNKNOWN_SUITE' })
    await expect(images.images.bootstrap({ reference: 'debian:bookworm', packages: ['--foo'] })).rejects.toMatchObject({
      code: 'INVALID_PACKAGE',
    })
  })
})
