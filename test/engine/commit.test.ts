import { readdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/api.ts'
import { type LocalEngine, openLocalEngine } from '../../src/engine/local-engine.ts'
import { sh } from '../support/command.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const work = '/run/tscompose/commit'
let local: LocalEngine
let engine: Engine

const script = `rm -rf /dir; mkdir /dir; echo n >/dir/new; echo o2 >/dir/old; rm /etc/x; echo z >>/etc/y; mkdir -p /a/b; echo q >/a/b/c; chmod 700 /bin; chown 5:6 /a; ln /a/b/c /a/hard; sleep 1000`

async function startOne(name: string, command: readonly string[]): Promise<string> {
  const { id } = await engine.containers.create({
    spec: { name, image: 'commit/base:1', command, env: { ADDED: '1', GONE: null }, labels: { l: 'v' }, network: { kind: 'none' } },
  })
  await engine.containers.start({ container: id })
  return id
}

beforeAll(async () => {
  requireSandbox()
  sh(`
    mkdir -p ${work}/r/bin ${work}/r/dir ${work}/r/etc; cd ${work}
    cp "$(command -v busybox)" r/bin/busybox; for a in sh rm mkdir chmod chown ln sleep cat; do ln -s busybox r/bin/$a; done
    echo old >r/dir/old; echo k >r/dir/keep; echo x >r/etc/x; echo y >r/etc/y; tar -C r -cf r.tar .
  `)
  local = await openLocalEngine({
    paths: { dataRoot: '/var/lib/tscompose', runRoot: '/run/tscompose' },
    version: 'test',
    socket: '',
    netdCommand: ['false'],
    env: {},
    log: () => undefined,
  })
  engine = local.engine
  await engine.images.import({ path: `${work}/r.tar`, reference: 'commit/base:1', changes: ['ENV GONE=1 KEPT=2', 'CMD ["sh"]'] })
  await startOne('one', ['sh', '-c', script])
  while (!(await engine.containers.diff({ container: 'one' })).some(({ path }) => path === '/a/hard')) await sleep(50)
})
afterAll(async () => {
  for (const { id } of await engine.containers.list({ all: true })) await engine.containers.remove({ container: id, force: true })
  await local.close()
  rmSync(work, { recursive: true, force: true })
})

describe('what a container has written', () => {
  it('is told as docker diff tells it', async () => {
    const changes = await engine.containers.diff({ container: 'one' })
    // Recorded from docker 28 for the same script, in the order of paths.
    expect(changes.map(({ kind, path }) => `${kind.charAt(0).toUpperCase()} ${path}`)).toEqual([
      'A /a',
      'A /a/b',
      'A /a/b/c',
      'A /a/hard',
      'C /bin',
      'C /dir',
      'D /dir/keep',
      'A /dir/new',
      'C /dir/old',
      'C /etc',
      'D /etc/x',
      'C /etc/y',
    ])
  })

  it('is nothing for a container that has not run', async () => {
    await engine.containers.create({ spec: { name: 'fresh', image: 'commit/base:1', labels: {}, network: { kind: 'none' } } })
    expect(await engine.containers.diff({ container: 'fresh' })).toEqual([])
    await expect(engine.containers.diff({ container: 'nobody' })).rejects.toMatchObject({ kind: 'not-found' })
  })
})

describe('a commit', () => {
  it('makes an image that holds it, with the config of the container', async () => {
    const image = await engine.images.commit({
      container: 'one',
      reference: 'commit/made:1',
      author: 'me',
      message: 'why',
      changes: ['CMD ["cat","/etc/y"]'],
    })
    const { config, configFile } = await engine.images.inspect({ image: 'commit/made:1' })
    expect(config).toMatchObject({ Cmd: ['cat', '/etc/y'], Env: ['KEPT=2', 'ADDED=1'], Labels: { l: 'v' } })
    expect(configFile).toMatchObject({ author: 'me', comment: 'why', history: [{}, { comment: 'why', author: 'me' }] })
    expect(configFile.rootfs.diff_ids).toHaveLength(2)
    expect((await engine.containers.inspect({ container: 'one' })).state.status).toBe('running')
    const { id } = await engine.containers.create({ spec: { name: 'two', image: image.id, labels: {}, network: { kind: 'none' } } })
    await engine.containers.export({ container: id, path: `${work}/two.tar` })
    sh(`mkdir ${work}/two && tar -C ${work}/two -xf ${work}/two.tar`)
    expect(
      sh(`cd ${work}/two && cat dir/new dir/old etc/y a/hard && ls dir && ls etc && stat -c '%u:%g %h %a' a a/b/c && stat -c %a bin`),
    ).toBe('n\no2\ny\nz\nq\nnew\nold\ny\n5:6 3 755\n0:0 2 644\n700\n')
  })

  it('can be saved and read by another tool, though its layer was made here', async () => {
    await engine.images.save({ references: ['commit/made:1'], path: `${work}/made.tar` })
    sh(
      `skopeo copy -q docker-archive:${work}/made.tar:commit/made:1 oci:${work}/oci:made && umoci unpack --image ${work}/oci:made ${work}/bundle`,
    )
    expect(sh(`cat ${work}/bundle/rootfs/etc/y; ls ${work}/bundle/rootfs/dir`)).toBe('y\nz\nnew\nold\n')
  })

  it('that fails leaves nothing', async () => {
    const before = await engine.images.list()
    await expect(engine.images.commit({ container: 'one', changes: ['NONSENSE x'] })).rejects.toMatchObject({ kind: 'invalid' })
    await expect(engine.images.commit({ container: 'one', reference: 'Bad Name' })).rejects.toMatchObject({ kind: 'invalid' })
    await expect(engine.images.commit({ container: 'nobody' })).rejects.toMatchObject({ kind: 'not-found' })
    expect(await engine.images.list()).toEqual(before)
    expect(readdirSync('/var/lib/tscompose/content/ingest')).toEqual([])
  })
})

describe('an export', () => {
  it('is the whole file system of a running container, and never half a file', async () => {
    await engine.containers.export({ container: 'one', path: `${work}/one.tar` })
    expect(sh(`tar -xOf ${work}/one.tar etc/y`)).toBe('y\nz\n')
    expect(sh(`tar -tf ${work}/one.tar`).split('\n')).toEqual(expect.arrayContaining(['bin/busybox', 'a/b/c', 'dir/new']))
    await expect(engine.containers.export({ container: 'one', path: `${work}/none/one.tar` })).rejects.toThrow()
    expect(readdirSync(work).filter((name) => name.includes('partial'))).toEqual([])
  })
})

describe('disk usage and pruning', () => {
  it('add up, and give back what they said', async () => {
    const before = await engine.diskUsage()
    expect(before.images).toHaveLength(2)
    const unique = before.images.reduce((sum, { uniqueSize }) => sum + uniqueSize, 0)
    const shared = Math.max(...before.images.map(({ sharedSize }) => sharedSize))
    expect(unique + shared).toBe(before.imagesSize)
    expect(before.containers.find(({ container }) => container.name === 'one')?.size).toBeGreaterThan(0)
    // Named images stay, used ones always.
    expect(await engine.images.prune({})).toEqual({ lines: [], bytes: 0 })
    await engine.containers.remove({ container: 'two' })
    await engine.images.commit({ container: 'one' })
    const { lines } = await engine.images.prune({})
    expect(lines.filter((line) => line.startsWith('Deleted: '))).toEqual([expect.stringMatching(/^Deleted: sha256:/)])
    expect(await engine.images.prune({ all: true, until: Date.now() - 3_600_000 })).toEqual({ lines: [], bytes: 0 })
    const { bytes } = await engine.images.prune({ all: true })
    const after = await engine.diskUsage()
    expect(after.images.map(({ image }) => image.tags)).toEqual([['commit/base:1']])
    expect(before.imagesSize - after.imagesSize).toBe(bytes)
    expect(sh(`ls /var/lib/tscompose/overlay2 | grep -cv '^\\.'`).trim()).toBe('1')
  })
})
