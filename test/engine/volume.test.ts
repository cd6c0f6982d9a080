import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createRecordStore } from '../../src/engine/state/records.ts'
import { parseVolumeRecord } from '../../src/engine/volume/record.ts'
import { createVolumePart, type VolumePart } from '../../src/engine/volume/volume-part.ts'
import { lgetxattr, lsetxattr } from '../../src/sys/xattr.ts'

const dataRoot = '/var/lib/tscompose/volume-test'
const volumes = `${dataRoot}/volumes`
const rootfs = `${dataRoot}/rootfs`
const sh = (command: string): string => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()
const mounts = (): string => sh(`findmnt -rn -o TARGET | grep '^${volumes}' || true`)

let part: VolumePart
let events: string[]
let warnings: string[]

function open(): VolumePart {
  const warn = (text: string): void => void warnings.push(text)
  return createVolumePart({
    paths: { dataRoot, runRoot: '/run/tscompose' },
    records: createRecordStore({ directory: volumes, nested: 'volume.json', parse: parseVolumeRecord, warn }),
    emit: ({ action, id }) => void events.push(`${action} ${id}`),
    warn,
    describeUser: (id) => `container-${id}`,
  })
}

const clean = (): void => {
  sh(`findmnt -rn -o TARGET | grep '^${dataRoot}/' | tac | xargs -r -n1 umount`)
  rmSync(dataRoot, { recursive: true, force: true })
}

beforeEach(() => {
  clean()
  mkdirSync(rootfs, { recursive: true })
  events = []
  warnings = []
  part = open()
})
afterAll(clean)

const data = (name: string): string => `${volumes}/${name}/_data`
const codeOf = (code: string): unknown => expect.objectContaining({ code })

describe('named volumes', () => {
  it('are made once, listed by label, and found again by the next engine', async () => {
    const spec = { name: 'db_data', labels: { 'com.docker.compose.project': 'shop', tier: 'db' } }
    const made = await part.api.create({ spec })
    expect(made).toMatchObject({ name: 'db_data', driver: 'local', mountpoint: data('db_data'), anonymous: false })
    await part.provider.ensure({ name: 'other', labels: {} })
    expect(await part.api.create({ spec })).toEqual(made)
    expect(events).toEqual(['create db_data', 'create other'])
    const next = open()
    expect(await next.api.list({ project: 'shop' })).toEqual([made])
    expect(await next.api.list({ labels: ['tier=db', 'com.docker.compose.project'] })).toEqual([made])
    expect(await next.api.list({ labels: ['tier=web'] })).toEqual([])
    expect(await next.api.list()).toHaveLength(2)
  })

  it('refuse other options under the same name, bad names and unknown drivers, and leave nothing behind', async () => {
    await part.api.create({ spec: { name: 'one', labels: {} } })
    const create = (spec: object): Promise<unknown> => (async () => part.api.create({ spec: { name: 'two', labels: {}, ...spec } }))()
    await expect(create({ name: 'one', driverOptions: { type: 'tmpfs', device: 'tmpfs' } })).rejects.toEqual(codeOf('VOLUME_EXISTS'))
    await expect(create({ name: '../etc' })).rejects.toEqual(codeOf('VOLUME_NAME'))
    await expect(create({ driver: 'rexray' })).rejects.toEqual(codeOf('VOLUME_DRIVER'))
    await expect(create({ driverOptions: { nope: '1' } })).rejects.toEqual(codeOf('VOLUME_OPTIONS'))
    expect(readdirSync(volumes)).toEqual(['one'])
    await expect(part.api.inspect({ volume: 'two' })).rejects.toEqual(codeOf('VOLUME_NOT_FOUND'))
  })

  it('are not made at all where the disk is full, and what was there before stays', async () => {
    sh(`mkdir -p ${volumes} && mount -t tmpfs -o size=64k tmpfs ${volumes} && mkdir -p ${data('kept')} && echo data >${data('kept')}/file`)
    sh(`head -c 64k /dev/zero >${volumes}/fill || true`)
    await expect(part.api.create({ spec: { name: 'fresh', labels: {} } })).rejects.toEqual(codeOf('NO_SPACE'))
    await expect(part.api.create({ spec: { name: 'kept', labels: {} } })).rejects.toEqual(codeOf('NO_SPACE'))
    expect(readdirSync(volumes).sort()).toEqual(['fill', 'kept'])
    expect(readFileSync(`${data('kept')}/file`, 'utf8')).toBe('data\n')
    rmSync(`${volumes}/fill`)
    await part.api.create({ spec: { name: 'fresh', labels: {} } })
    expect(await part.api.list()).toHaveLength(1)
    sh(`umount ${volumes}`)
  })

  it('stay while a container has them, also after a restart, and name it', async () => {
    await part.provider.ensure({ name: 'data', labels: {} })
    expect(await part.provider.acquire('data', 'c1')).toBe(data('data'))
    await part.provider.acquire('data', 'c1')
    await part.provider.acquire('data', 'c2')
    part = open()
    await part.restore(['c1', 'c2'])
    await part.provider.release('data', 'c1')
    await expect(part.api.remove({ volume: 'data' })).rejects.toThrow('container-c2')
    await part.provider.release('data', 'c2')
    await part.provider.release('data', 'c2')
    await part.api.remove({ volume: 'data' })
    await part.api.remove({ volume: 'data' })
    expect(readdirSync(volumes)).toEqual([])
    expect(events.at(-1)).toBe('destroy data')
  })

  it('forget containers that are gone, and what a crash left of removed volumes', async () => {
    await part.provider.ensure({ name: 'data', labels: {} })
    await part.provider.acquire('data', 'gone')
    sh(`mkdir -p ${volumes}/.trash-1/_data`)
    part = open()
    await part.restore([])
    expect(readdirSync(volumes)).toEqual(['data'])
    await part.api.remove({ volume: 'data' })
  })

  it('are marked when they are anonymous', async () => {
    const name = 'f'.repeat(64)
    expect(await part.provider.ensure({ name, labels: {}, anonymous: true })).toMatchObject({
      anonymous: true,
      labels: { 'com.docker.volume.anonymous': '' },
    })
  })

  it('keep their data where the record is damaged', async () => {
    await part.provider.ensure({ name: 'data', labels: {} })
    writeFileSync(`${data('data')}/precious`, 'x')
    writeFileSync(`${volumes}/data/volume.json`, '{')
    part = open()
    expect(warnings).toHaveLength(1)
    expect(await part.api.list()).toEqual([])
    await part.provider.ensure({ name: 'data', labels: {} })
    expect(readFileSync(`${data('data')}/precious`, 'utf8')).toBe('x')
  })
})

describe('driver_opts', () => {
  it('bind a directory of the host as long as somebody uses it, and never delete what is in it', async () => {
    mkdirSync(`${dataRoot}/srv`)
    writeFileSync(`${dataRoot}/srv/file`, 'kept')
    const driverOptions = { type: 'none', o: 'bind', device: `${dataRoot}/srv` }
    await part.api.create({ spec: { name: 'bound', labels: {}, driverOptions } })
    expect(mounts()).toBe('')
    await part.provider.acquire('bound', 'c1')
    await part.provider.acquire('bound', 'c2')
    expect(mounts()).toBe(data('bound'))
    expect(readdirSync(data('bound'))).toEqual(['file'])
    await part.provider.release('bound', 'c1')
    expect(mounts()).toBe(data('bound'))
    await part.provider.release('bound', 'c2')
    expect(mounts()).toBe('')
    await part.provider.acquire('bound', 'c3')
    part = open()
    await part.restore([])
    await part.api.remove({ volume: 'bound' })
    expect(mounts()).toBe('')
    expect(readFileSync(`${dataRoot}/srv/file`, 'utf8')).toBe('kept')
    expect(readdirSync(volumes)).toEqual([])
  })

  it('mount other file systems with their options', async () => {
    const driverOptions = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,uid=1000,mode=750,noexec' }
    await part.api.create({ spec: { name: 'memory', labels: {}, driverOptions } })
    await part.provider.acquire('memory', 'c1')
    const options = sh(`findmnt -rn -o FSTYPE,OPTIONS ${data('memory')}`)
    expect(options).toMatch(/^tmpfs .*noexec.*size=1024k,mode=750,uid=1000/)
    await expect(part.api.remove({ volume: 'memory' })).rejects.toEqual(codeOf('VOLUME_IN_USE'))
    await part.provider.release('memory', 'c1')
    expect(mounts()).toBe('')
  })

  it('say what is wrong with them, when made or when mounted', async () => {
    const create = (driverOptions: Record<string, string>): Promise<unknown> =>
      part.api.create({ spec: { name: 'bad', labels: {}, driverOptions } })
    await expect(create({ type: 'nfs' })).rejects.toThrow('device is missing')
    await expect(create({ o: 'bind', device: 'relative' })).rejects.toThrow('absolute')
    await create({ type: 'none', o: 'bind', device: `${dataRoot}/none` })
    await expect(part.provider.acquire('bad', 'c1')).rejects.toThrow(`${dataRoot}/none does not exist`)
    await part.api.remove({ volume: 'bad' })
    await create({ type: 'nonesuch', device: '/dev/null' })
    await expect(part.provider.acquire('bad', 'c1')).rejects.toEqual(codeOf('VOLUME_MOUNT'))
    expect(mounts()).toBe('')
    await part.api.remove({ volume: 'bad' })
  })

  it('do not let a removal reach through a mount somebody else made inside', async () => {
    await part.provider.ensure({ name: 'data', labels: {} })
    mkdirSync(`${data('data')}/inner`)
    mkdirSync(`${dataRoot}/srv`)
    writeFileSync(`${dataRoot}/srv/file`, 'kept')
    sh(`mount --bind ${dataRoot}/srv ${data('data')}/inner`)
    await expect(part.api.remove({ volume: 'data' })).rejects.toEqual(codeOf('VOLUME_BUSY'))
    sh(`umount ${data('data')}/inner`)
    await part.api.remove({ volume: 'data' })
    expect(existsSync(`${dataRoot}/srv/file`)).toBe(true)
  })
})

describe('filling a volume from the image', () => {
  const fill = async (target: string, name = 'data'): Promise<boolean> => {
    await part.provider.ensure({ name, labels: {} })
    return part.populateFromImage({ rootfsMergedPath: rootfs, target, mountpoint: data(name) })
  }

  it('copies owners, modes, links and attributes, and gives the volume those of the directory', async () => {
    sh(`mkdir -p ${rootfs}/var/lib/db/sub && cd ${rootfs}/var/lib/db && echo x >sub/file && chown 7:8 sub/file && chmod 4711 sub/file`)
    sh(`cd ${rootfs}/var/lib/db && ln sub/file hard && ln -s /etc/passwd link && chown 999:998 . && chmod 1770 .`)
    lsetxattr(`${rootfs}/var/lib/db/sub/file`, 'user.note', Buffer.from('n'))
    expect(await fill('/var/lib/db')).toBe(true)
    const listing = (directory: string): string => sh(`cd ${directory} && find . -printf '%p %y %m %U:%G %n %l\\n' | sort`)
    expect(listing(data('data'))).toBe(listing(`${rootfs}/var/lib/db`))
    expect(listing(data('data'))).toMatch(/^\. d 1770 999:998/)
    expect(lgetxattr(`${data('data')}/sub/file`, 'user.note')?.toString()).toBe('n')
    expect(readdirSync(`${volumes}/data`).toSorted()).toEqual(['_data', 'volume.json'])
  })

  it('does it for an empty directory of the image too', async () => {
    sh(`mkdir ${rootfs}/empty && chown 33:33 ${rootfs}/empty && chmod 750 ${rootfs}/empty`)
    expect(await fill('/empty')).toBe(true)
    const { uid, gid, mode } = statSync(data('data'))
    expect([uid, gid, mode & 0o7777]).toEqual([33, 33, 0o750])
  })

  it('leaves alone a volume with something in it, a target that is missing, and one that is a file', async () => {
    sh(`mkdir ${rootfs}/dir && echo x >${rootfs}/dir/x && echo y >${rootfs}/file`)
    expect(await fill('/none/at/all')).toBe(false)
    expect(await fill('/file')).toBe(false)
    expect(await fill('/file/below')).toBe(false)
    writeFileSync(`${data('data')}/mine`, '')
    expect(await fill('/dir')).toBe(false)
    expect(readdirSync(data('data'))).toEqual(['mine'])
  })

  it('follows links of the image inside the image only', async () => {
    sh(
      `mkdir -p ${rootfs}/etc/inner ${rootfs}/var && echo inside >${rootfs}/etc/inside && ln -s /etc ${rootfs}/var/abs && ln -s ../../../../../etc ${rootfs}/var/up`,
    )
    await fill('/var/abs')
    expect(readdirSync(data('data')).toSorted()).toEqual(['inner', 'inside'])
    await fill('/var/up', 'second')
    expect(readdirSync(data('second')).toSorted()).toEqual(['inner', 'inside'])
  })

  it('happens once when two containers ask at the same time', async () => {
    sh(`mkdir ${rootfs}/many && cd ${rootfs}/many && seq 500 | xargs touch`)
    expect(await Promise.all([fill('/many'), fill('/many')])).toEqual([true, false])
    expect(readdirSync(data('data'))).toHaveLength(500)
  })

  it('leaves the volume empty where the disk is full', async () => {
    sh(`mkdir ${rootfs}/big && head -c 3000000 /dev/zero >${rootfs}/big/file`)
    await part.api.create({ spec: { name: 'small', labels: {}, driverOptions: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' } } })
    await part.provider.acquire('small', 'c1')
    await expect(fill('/big', 'small')).rejects.toEqual(codeOf('NO_SPACE'))
    expect(readdirSync(data('small'))).toEqual([])
  })

  it('is undone at the start after a crash in the middle', async () => {
    await part.provider.ensure({ name: 'data', labels: {} })
    sh(`touch ${data('data')}/half ${volumes}/data/.copy-up`)
    part = open()
    await part.restore([])
    expect(readdirSync(data('data'))).toEqual([])
    expect(warnings.join()).toContain('data')
  })
})
