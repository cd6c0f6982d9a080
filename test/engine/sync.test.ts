import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ContainerSpec, SyncResult } from '../../src/engine/api.ts'
import { clear, openEngine, reset, sh, spec, type TestEngine } from '../support/container-engine.ts'

let engine: TestEngine
let host: string

beforeAll(async () => {
  reset()
  engine = await openEngine()
})
beforeEach(() => {
  host = mkdtempSync(join(tmpdir(), 'tscompose-sync-'))
})
afterEach(async () => {
  await clear(engine)
  rmSync(host, { recursive: true, force: true })
})
afterAll(() => engine.abandon())

async function run(more: Partial<ContainerSpec> = {}, { started = true }: { readonly started?: boolean } = {}): Promise<string> {
  const { id } = await engine.containers.create({ spec: spec('app', ['sleep', '1000'], more) })
  if (started) await engine.containers.start({ container: id })
  return id
}

const put = (file: string, content: string): void => {
  mkdirSync(join(host, file, '..'), { recursive: true })
  writeFileSync(join(host, file), content)
}
const sync = (container: string, files: readonly (readonly [string, string])[], more = {}): Promise<SyncResult> =>
  engine.containers.sync({ container, paths: files.map(([source, target]) => ({ source: join(host, source), target })), ...more })

/** Looked at by the kernel's own view of the container, not by our code. */
async function inside(id: string, command: string): Promise<string> {
  const { state } = await engine.containers.inspect({ container: id })
  return sh(`nsenter -t ${state.pid} -m -- /bin/sh -c ${JSON.stringify(command)}`)
}

describe('sync', () => {
  it('writes files of the container user with their mode and time, makes missing directories, and replaces at once', async () => {
    const id = await run({ user: 'www' })
    put('a.sh', 'one')
    chmodSync(join(host, 'a.sh'), 0o750)
    sh(`touch -d '2001-02-03 04:05:06 UTC' ${host}/a.sh`)
    expect(await sync(id, [['a.sh', '/srv/new/a.sh']])).toEqual({ written: 1, removed: 0, unchanged: 0, failures: [] })
    expect(await inside(id, 'cat /srv/new/a.sh; stat -c " %u:%g %a %Y" /srv/new/a.sh; stat -c "%u:%g %a" /srv/new')).toBe(
      'one 33:33 750 981173106\n33:33 755',
    )
    const before = await inside(id, 'stat -c %i /srv/new/a.sh')
    put('a.sh', 'two')
    await sync(id, [['a.sh', '/srv/new/a.sh']])
    expect(await inside(id, 'cat /srv/new/a.sh')).toBe('two')
    expect(await inside(id, 'stat -c %i /srv/new/a.sh')).not.toBe(before)
    expect(await inside(id, 'ls -A /srv/new')).toBe('a.sh')
  })

  it('gives files to another owner when asked, and refuses one that does not exist', async () => {
    const id = await run()
    put('a', '1')
    await sync(id, [['a', '/a']], { owner: 'www:extra' })
    expect(await inside(id, 'stat -c %u:%g /a')).toBe('33:50')
    await expect(sync(id, [['a', '/b']], { owner: 'nobody-here' })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
  })

  it('removes what is gone on the host, whole trees too, but nothing that is mounted in them', async () => {
    const id = await run({ mounts: [{ type: 'volume', source: 'kept', target: '/srv/tree/data' }] })
    await inside(id, 'mkdir -p /srv/tree/deep && echo 1 >/srv/tree/deep/f && echo 2 >/srv/tree/data/v && ln -s /etc /srv/tree/link')
    expect(await sync(id, [['gone', '/srv/tree']])).toMatchObject({ removed: 1, failures: [] })
    expect(await inside(id, 'find /srv/tree; cat /srv/tree/data/v; ls /etc/passwd')).toBe(
      '/srv/tree\n/srv/tree/data\n/srv/tree/data/v\n2\n/etc/passwd',
    )
    expect(await sync(id, [['gone', '/nowhere/x']])).toMatchObject({ removed: 0, unchanged: 1 })
  })

  it('turns files into directories, directories into files, and copies links as links', async () => {
    const id = await run()
    await inside(id, 'mkdir -p /srv/d/x && echo f >/srv/f')
    put('d', 'file now')
    mkdirSync(join(host, 'f'))
    symlinkSync('../etc/passwd', join(host, 'l'))
    await sync(id, [
      ['d', '/srv/d'],
      ['f', '/srv/f'],
      ['l', '/srv/l'],
    ])
    expect(await inside(id, 'cat /srv/d; ls -ld /srv/f | cut -c1; readlink /srv/l')).toBe('file nowd\n../etc/passwd')
  })

  it('follows links of the container inside it: none leads to the host', async () => {
    const id = await run()
    await inside(id, `mkdir /srv && ln -s ${host} /srv/out && ln -s ../../../../../../tmp /srv/up && ln -s /etc/hostile /srv/file`)
    put('a', 'safe')
    await sync(id, [
      ['a', '/srv/out/a2'],
      ['a', '/srv/up/a3'],
      ['a', '/srv/file'],
    ])
    expect(sh(`ls ${host}`)).toBe('a')
    expect(await inside(id, 'cat /tmp/a3; test -L /srv/file || cat /srv/file; ls /etc/hostile 2>&1 | wc -l')).toBe('safesafe1')
  })

  it('changes stopped containers, their volumes through links too, and leaves nothing mounted', async () => {
    const id = await run({ mounts: [{ type: 'volume', source: 'vol', target: '/srv/data' }], user: 'www' })
    await inside(id, 'ln -s /srv/data /current')
    await engine.containers.stop({ container: id, timeoutMs: 0 })
    put('a', 'later')
    const result = await sync(id, [
      ['a', '/app/a'],
      ['a', '/srv/data/in/a'],
      ['a', '/current/linked'],
      ['gone', '/bin/true'],
    ])
    expect(result).toEqual({ written: 3, removed: 1, unchanged: 0, failures: [] })
    expect(sh(`findmnt -rn -o TARGET | grep ${id} || true`)).toBe('')
    const { mountpoint } = await engine.volumes.provider.inspect('vol')
    expect(sh(`cat ${mountpoint}/in/a ${mountpoint}/linked; stat -c %u ${mountpoint}/in/a`)).toBe('laterlater33')
    await engine.containers.start({ container: id })
    expect(await inside(id, 'cat /app/a /srv/data/linked; ls /bin/true 2>&1 | wc -l')).toBe('laterlater1')
  })

  it('writes to volumes of a container whose root is read-only, and says why the rest cannot be', async () => {
    const more: Partial<ContainerSpec> = { readOnlyRootfs: true, mounts: [{ type: 'volume', source: 'writable', target: '/data' }] }
    const id = await run(more)
    put('a', 'x')
    const both = [
      ['a', '/data/a'],
      ['a', '/etc/a'],
    ] as const
    const failures = [{ target: '/etc/a', message: expect.stringContaining('read-only') }]
    expect(await sync(id, both)).toEqual({ written: 1, removed: 0, unchanged: 0, failures })
    expect(await inside(id, 'cat /data/a')).toBe('x')
    await engine.containers.stop({ container: id, timeoutMs: 0 })
    expect(await sync(id, both)).toEqual({ written: 1, removed: 0, unchanged: 0, failures })
  })

  it('compares contents when asked: equal files stay as they are, whatever their times, and nothing is removed', async () => {
    const id = await run()
    await inside(id, 'mkdir /srv && printf same >/srv/same && printf old >/srv/diff && printf x >/srv/extra && chmod 644 /srv/*')
    for (const [name, content] of [
      ['same', 'same'],
      ['diff', 'new'],
    ] as const) {
      put(name, content)
      chmodSync(join(host, name), 0o644)
    }
    const before = await inside(id, 'stat -c %i /srv/same')
    const files = [
      ['same', '/srv/same'],
      ['diff', '/srv/diff'],
      ['extra', '/srv/extra'],
    ] as const
    expect(await sync(id, files, { compare: true })).toEqual({ written: 1, removed: 0, unchanged: 2, failures: [] })
    expect(await inside(id, 'cat /srv/diff /srv/extra')).toBe('newx')
    expect(await inside(id, 'stat -c %i /srv/same')).toBe(before)
  })

  it('brings 10,000 files over in seconds', async () => {
    const id = await run()
    mkdirSync(join(host, 'many'))
    const files = Array.from({ length: 10_000 }, (_, index) => [`many/${index}`, `/srv/many/${index}`] as const)
    for (const [name] of files) put(name, name)
    const began = performance.now()
    expect(await sync(id, files)).toMatchObject({ written: 10_000, failures: [] })
    expect(performance.now() - began).toBeLessThan(8000)
    expect(await inside(id, 'ls /srv/many | wc -l; cat /srv/many/9999')).toBe('10000\nmany/9999')
  })
})
