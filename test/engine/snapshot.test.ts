import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createUntar } from '../../src/engine/image/unpack/untar.ts'
import type { SnapshotStore } from '../../src/engine/parts.ts'
import { createSnapshotStore } from '../../src/engine/snapshot/snapshot-store.ts'
import { nextChainId } from '../../src/oci/chain-id.ts'
import { createTarReader } from '../../src/oci/tar/reader.ts'
import { lgetxattr, lsetxattr } from '../../src/sys/xattr.ts'

const dataRoot = '/var/lib/tscompose/snapshot-test'
const paths = { dataRoot, runRoot: '/run/tscompose' }
const sh = (command: string): string => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()
const sha256 = (data: string | Buffer): string => `sha256:${createHash('sha256').update(data).digest('hex')}`
const overlays = (): string => sh(`findmnt -rn -t overlay -o TARGET | grep '^${dataRoot}' || true`)

let store: SnapshotStore
let warnings: string[]

const open = (): Promise<SnapshotStore> => createSnapshotStore({ paths, warn: (text) => warnings.push(text) })

/** Commits a layer whose tree is made by a shell script. */
async function layer(script: string, parentChainId = '', finish: (dir: string) => void = () => undefined): Promise<string> {
  const { dir } = await store.stage()
  sh(`cd ${dir} && ${script}`)
  finish(dir)
  const diffId = sha256(script + parentChainId)
  const { chainId } = await store.commitStaged({ dir, diffId, parentChainId, size: script.length })
  expect(chainId).toBe(nextChainId(parentChainId, diffId))
  return chainId
}

beforeAll(() => mkdirSync(dataRoot, { recursive: true }))
beforeEach(async () => {
  sh(`findmnt -rn -t overlay -o TARGET | grep '^${dataRoot}' | xargs -r -n1 umount; rm -rf ${dataRoot}/*`)
  warnings = []
  await store?.close()
  store = await open()
})
afterAll(async () => {
  await store.close()
  rmSync(dataRoot, { recursive: true, force: true })
})

describe('layers', () => {
  it('stack up with whiteouts and opaque directories, as the kernel shows them', async () => {
    const base = await layer('mkdir -p etc opq && echo a >etc/a && echo b >etc/b && echo old >opq/old')
    const top = await layer('mkdir etc opq && mknod etc/a c 0 0 && echo new >opq/new', base, (dir) =>
      lsetxattr(`${dir}/opq`, 'trusted.overlay.opaque', Buffer.from('y')),
    )
    await store.prepare('c1', top)
    const { merged, lower } = await store.mount('c1')
    expect(lower).toHaveLength(2)
    expect(sh(`cd ${merged} && find . | sort | tr '\\n' ' '`)).toBe('. ./etc ./etc/b ./opq ./opq/new')
    expect(overlays()).toBe(merged)
    await store.mount('c1')
    expect(overlays()).toBe(merged)
    await store.remove('c1')
    expect(overlays()).toBe('')
    expect(readdirSync(`${dataRoot}/rootfs`)).toEqual(['.empty'])
  })

  it('may be committed in any order, and count as a chain when all are there', async () => {
    const lowerId = sha256('echo low >low')
    const top = await layer('echo top >top', lowerId)
    expect(store.has(top)).toBe(false)
    await expect(store.prepare('c', top)).rejects.toMatchObject({ code: 'LAYER_MISSING' })
    expect(readdirSync(`${dataRoot}/rootfs`)).toEqual(['.empty'])
    await layer('echo low >low')
    expect(store.has(top)).toBe(true)
    expect(await store.lowers(top)).toHaveLength(2)
  })

  it('are kept once when they are committed twice', async () => {
    const chainId = await layer('echo first >file')
    expect(await layer('echo first >file')).toBe(chainId)
    expect(readdirSync(`${dataRoot}/overlay2`)).toEqual([chainId.slice(7)])
  })

  it('stack 130 deep, far beyond one page of mount options', async () => {
    let chainId = ''
    for (let index = 0; index < 130; index++) chainId = await layer(`echo ${index} >f${index}`, chainId)
    await store.prepare('deep', chainId)
    const { merged } = await store.mount('deep')
    expect(readdirSync(merged)).toHaveLength(130)
  })

  it('are collected with their parents unless a kept chain or a container stands on them', async () => {
    const base = await layer('echo base >base')
    const kept = await layer('echo kept >kept', base)
    const used = await layer('echo used >used', base)
    const unused = await layer('echo unused >unused', base)
    await store.prepare('c', used)
    await expect(store.removeLayer(base)).rejects.toMatchObject({ code: 'LAYER_IN_USE' })
    await expect(store.removeLayer(used)).rejects.toMatchObject({ code: 'LAYER_IN_USE' })
    expect((await store.gc([kept])).removed).toEqual([unused])
    await store.remove('c')
    expect((await store.gc([kept])).removed).toEqual([used])
    expect((await store.gc([])).removed.toSorted()).toEqual([base, kept].toSorted())
    expect(readdirSync(`${dataRoot}/overlay2`)).toEqual([])
  })
})

describe('after a crash', () => {
  it('half-made things are gone and the rest is found again', async () => {
    const good = await layer('echo good >good')
    const cut = await layer('echo cut >cut')
    await store.prepare('kept', good)
    await store.mount('kept')
    const { dir } = await store.stage()
    writeFileSync(`${dir}/half`, 'x')
    writeFileSync(`${dataRoot}/overlay2/${cut.slice(7)}/layer.json`, '{"diff')
    sh(`mkdir -p ${dataRoot}/overlay2/${'a'.repeat(64)}/diff ${dataRoot}/rootfs/half/upper ${dataRoot}/overlay2/.trash-1/diff`)
    await store.close()
    store = await open()
    expect(store.listLayers().map(({ chainId }) => chainId)).toEqual([good])
    expect(readdirSync(`${dataRoot}/overlay2`)).toEqual([good.slice(7)])
    expect(readdirSync(`${dataRoot}/rootfs`).toSorted()).toEqual(['.empty', 'kept'])
    expect(store.keys()).toEqual(['kept'])
    expect(warnings.join()).toContain(cut.slice(7, 19))
    // Still mounted: containers outlive the engine.
    expect(overlays()).toBe(`${dataRoot}/rootfs/kept/merged`)
  })

  it("a layer under another one's name is refused", async () => {
    const real = await layer('echo real >real')
    sh(`cp -a ${dataRoot}/overlay2/${real.slice(7)} ${dataRoot}/overlay2/${'b'.repeat(64)}`)
    await store.close()
    store = await open()
    expect(readdirSync(`${dataRoot}/overlay2`)).toEqual([real.slice(7)])
  })

  it('a volatile root file system can be mounted again', async () => {
    await store.prepare('step', await layer('echo a >a'), { volatile: true })
    const { merged } = await store.mount('step')
    writeFileSync(`${merged}/b`, 'b')
    await store.unmount('step')
    await store.mount('step')
    expect(readFileSync(`${merged}/b`, 'utf8')).toBe('b')
    expect(sh(`findmnt -rn -o OPTIONS ${merged}`)).toContain('volatile')
  })
})

describe('root file systems', () => {
  it("have the mode and owner of the image's root directory", async () => {
    const { upper } = await store.prepare('c', await layer('chmod 1711 . && chown 12:34 . && echo x >x'))
    const { mode, uid, gid } = statSync(upper)
    expect([mode & 0o7777, uid, gid]).toEqual([0o1711, 12, 34])
  })

  it('can be made over nothing', async () => {
    await store.prepare('scratch', '')
    const { merged } = await store.mount('scratch')
    writeFileSync(`${merged}/x`, 'x')
    expect(await store.usage('scratch')).toBeGreaterThan(0)
    await expect(store.prepare('scratch', '')).rejects.toMatchObject({ code: 'SNAPSHOT_EXISTS' })
    await expect(store.prepare('../x', '')).rejects.toMatchObject({ code: 'SNAPSHOT_KEY' })
  })

  it('go away though a process is still in them', async () => {
    await store.prepare('busy', '')
    const { merged } = await store.mount('busy')
    const pid = sh(`cd ${merged} && sleep 30 >/dev/null 2>&1 & echo $!`)
    await store.remove('busy')
    expect(overlays()).toBe('')
    expect(existsSync(`${dataRoot}/rootfs/busy`)).toBe(false)
    process.kill(Number(pid))
  })

  it('with thousands of files are deleted too', async () => {
    await store.prepare('big', '')
    const { merged } = await store.mount('big')
    sh(`cd ${merged} && mkdir d && cd d && seq 3000 | xargs touch`)
    await store.remove('big')
    expect(readdirSync(`${dataRoot}/rootfs`)).toEqual(['.empty'])
  })
})

describe('commit', () => {
  const change = [
    'rm etc/a',
    'rm -r opq && mkdir opq && echo new >opq/new',
    'mkdir -p "bin/späte" && echo "#!/bin/sh" >bin/su && chown 5:6 bin/su && chmod 4755 bin/su',
    'ln -s ../etc/b bin/link && ln etc/b etc/hard && mkfifo bin/fifo && mknod bin/null c 1 3',
    `mkdir -p ${'long/'.repeat(40)} && echo deep >${'long/'.repeat(40)}file`,
    'touch -d "2001-02-03 04:05:06.789" bin/su && head -c 3000000 /dev/zero >bin/zeros',
  ].join(' && ')

  const committed = async (): Promise<{ diffId: string; chainId: string; size: number }> => {
    const base = await layer('mkdir -p etc opq && echo a >etc/a && echo b >etc/b && echo old >opq/old')
    await store.prepare('step', base, { volatile: true })
    const { merged } = await store.mount('step')
    sh(`cd ${merged} && ${change}`)
    lsetxattr(`${merged}/bin/su`, 'user.note', Buffer.from([0xff, 0, 0x6e]))
    return store.commit('step')
  }

  it('makes a layer whose tar has the diffID, the same each time', async () => {
    const { diffId, chainId, size } = await committed()
    expect(overlays()).toBe('')
    expect(store.keys()).toEqual([])
    expect(store.layer(chainId)).toMatchObject({ diffId, size })
    expect(size).toBeGreaterThan(3_000_000)
    for (const name of ['1.tar', '2.tar']) {
      expect(await store.exportLayer(chainId, `${dataRoot}/${name}`)).toMatchObject({ diffId })
      expect(`sha256:${sh(`sha256sum ${dataRoot}/${name}`).slice(0, 64)}`).toBe(diffId)
    }
    await expect(store.exportLayer(chainId, `${dataRoot}/1.tar`)).rejects.toMatchObject({ message: expect.stringContaining('EEXIST') })
  })

  it('writes what tar understands: removals, links, devices, long and foreign names', async () => {
    const { chainId } = await committed()
    await store.exportLayer(chainId, `${dataRoot}/layer.tar`)
    const names = sh(`tar tf ${dataRoot}/layer.tar --quoting-style=literal`).split('\n')
    expect(names).toEqual(expect.arrayContaining(['etc/.wh.a', 'opq/.wh..wh..opq', 'opq/new', 'bin/späte/', `${'long/'.repeat(40)}file`]))
    expect(names).not.toContain('opq/old')
    const details = sh(`TZ=UTC tar tvf ${dataRoot}/layer.tar --numeric-owner --xattrs --full-time`)
    expect(details).toMatch(/^-rwsr-xr-x\*? 5\/6 +10 2001-02-03 04:05:06 bin\/su$/m)
    expect(details).toMatch(/bin\/link -> \.\.\/etc\/b$/m)
    expect(details).toMatch(/^h.* etc\/hard link to etc\/b$/m)
    expect(details).toMatch(/^c.* 1,3 .* bin\/null$/m)
    expect(details).toMatch(/^p.* bin\/fifo$/m)
    sh(`mkdir ${dataRoot}/out && tar xf ${dataRoot}/layer.tar -C ${dataRoot}/out --xattrs --xattrs-include='*'`)
    expect(lgetxattr(`${dataRoot}/out/bin/su`, 'user.note')).toEqual(Buffer.from([0xff, 0, 0x6e]))
  })

  it('unpacks to a tree that gives the same tar again', async () => {
    const { diffId, chainId } = await committed()
    await store.exportLayer(chainId, `${dataRoot}/layer.tar`)
    const { dir } = await store.stage()
    const untar = createUntar(dir, { whiteouts: true, maxBytes: 1 << 30 })
    const reader = createTarReader(untar)
    reader.push(readFileSync(`${dataRoot}/layer.tar`))
    reader.finish()
    untar.finish()
    untar.close()
    // On another base, so that it is another layer and not thrown away as known.
    const copy = await store.commitStaged({ dir, diffId, parentChainId: '', size: 0 })
    expect(copy.chainId).not.toBe(chainId)
    expect(await store.exportLayer(copy.chainId, `${dataRoot}/copy.tar`)).toMatchObject({ diffId })
  })

  it('is found again as the lower of the next step', async () => {
    const { chainId } = await committed()
    await store.prepare('next', chainId)
    const { merged } = await store.mount('next')
    expect(sh(`cd ${merged} && ls etc opq | tr '\\n' ' '`)).toBe('etc: b hard  opq: new')
  })

  it('keeps the root file system where the layer cannot be made', async () => {
    const { upper } = await store.prepare('bad', '')
    writeFileSync(Buffer.concat([Buffer.from(`${upper}/`), Buffer.from([0xff])]), '')
    await expect(store.commit('bad')).rejects.toMatchObject({ code: 'FILE_NAME' })
    expect(store.keys()).toEqual(['bad'])
    expect(store.listLayers()).toEqual([])
  })
})
