import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createUntar } from '../../src/engine/image/unpack/untar.ts'
import { createTarReader } from '../../src/oci/tar/reader.ts'
import { encodeHeader, type TarHeaderFields, tarEnd, tarPadding } from '../../src/oci/tar/writer.ts'
import { lgetxattr } from '../../src/sys/xattr.ts'
import { sh } from '../support/command.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const work = '/var/lib/tscompose/unpack-test'
const root = `${work}/root`

type Entry = TarHeaderFields & { readonly text?: string }

function tar(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(({ text = '', ...fields }) => [
    encodeHeader({ ...fields, size: fields.size ?? text.length }),
    Buffer.from(text),
    tarPadding(text.length),
  ])
  return Buffer.concat([...parts, tarEnd()])
}

function unpack(bytes: Buffer, chunk = 1000): { size: number; entries: number } {
  const untar = createUntar(root, { whiteouts: true, maxBytes: 1_000_000 })
  try {
    const reader = createTarReader(untar)
    for (let offset = 0; offset < bytes.length; offset += chunk) reader.push(bytes.subarray(offset, offset + chunk))
    reader.finish()
    return untar.finish()
  } finally {
    untar.close()
  }
}

const outside = (): string => sh(`find ${work} -path ${root} -prune -o -printf '%P %y %s %T@\\n' | sort`)
const openFiles = (): number => readdirSync('/proc/self/fd').length

beforeEach(() => {
  requireSandbox()
  rmSync(work, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  writeFileSync(`${work}/victim`, 'untouched')
  mkdirSync(`${work}/victims`)
})
afterEach(() => rmSync(work, { recursive: true, force: true }))

describe('a hostile layer', () => {
  const refused: readonly (readonly [what: string, entries: readonly Entry[]])[] = [
    ['a name that leads out', [{ name: '../victim', text: 'x' }]],
    ['a name that leads out later on', [{ name: 'a/../../victim', text: 'x' }]],
    ['a hard link to a name outside', [{ name: 'l', type: 'hardlink', linkname: '../victim' }]],
    [
      'a hard link through a link to the outside',
      [
        { name: 'd', type: 'symlink', linkname: '/' },
        { name: 'l', type: 'hardlink', linkname: `d${work}/victim` },
      ],
    ],
    [
      'a hard link to a directory',
      [
        { name: 'd', type: 'directory' },
        { name: 'l', type: 'hardlink', linkname: 'd' },
      ],
    ],
    [
      'a file as a directory',
      [
        { name: 'f', text: 'x' },
        { name: 'f/g', text: 'y' },
      ],
    ],
    [
      'a link loop on the way',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'b', type: 'symlink', linkname: 'a' },
        { name: 'a/x', text: 'x' },
      ],
    ],
    ['a whiteout of the parent', [{ name: '.wh...', text: '' }]],
    ['a whiteout of nothing', [{ name: 'd/.wh.', text: '' }]],
    ['a file as the root', [{ name: '.', text: 'x' }]],
    ['a name longer than the kernel takes', [{ name: 'n'.repeat(256), text: 'x' }]],
    ['a path longer than the kernel takes', [{ name: 'n/'.repeat(2500), type: 'directory' }]],
    ['more bytes than allowed', [{ name: 'f', size: 2_000_000 }]],
  ]
  it.each(refused)('is refused for %s', (_what, entries) => {
    const before = outside()
    const files = openFiles()
    expect(() => unpack(tar(entries))).toThrow(expect.objectContaining({ name: 'TscomposeError', kind: 'invalid' }))
    expect(outside()).toBe(before)
    expect(openFiles()).toBe(files)
  })

  it('writes through its own links inside the root only', () => {
    const before = outside()
    unpack(
      tar([
        { name: `${work}/victims/`, type: 'directory' },
        { name: 'abs', type: 'symlink', linkname: `${work}/victims` },
        { name: 'abs/planted', text: 'x' },
        { name: 'up', type: 'symlink', linkname: '../../../../../..' },
        { name: 'up/planted', text: 'y' },
        { name: '/absolute', text: 'z' },
      ]),
    )
    expect(outside()).toBe(before)
    expect(readFileSync(`${root}${work}/victims/planted`, 'utf8')).toBe('x')
    expect(readFileSync(`${root}/planted`, 'utf8')).toBe('y')
    expect(readFileSync(`${root}/absolute`, 'utf8')).toBe('z')
  })

  it('replaces a link by a file instead of writing through it, whatever came before', () => {
    unpack(
      tar([
        { name: 'f', type: 'symlink', linkname: `${work}/victim` },
        { name: 'f', text: 'new' },
      ]),
    )
    expect(readFileSync(`${work}/victim`, 'utf8')).toBe('untouched')
    expect(lstatSync(`${root}/f`).isFile()).toBe(true)
  })

  it('may swap a directory for a link and back', () => {
    const before = outside()
    unpack(
      tar([
        { name: `${work}/victims/`, type: 'directory' },
        { name: 'd/', type: 'directory' },
        { name: 'd/one', text: '1' },
        { name: 'd', type: 'symlink', linkname: `${work}/victims` },
        { name: 'd/two', text: '2' },
        { name: 'd', type: 'directory', mode: 0o755 },
        { name: 'd/three', text: '3' },
      ]),
    )
    expect(outside()).toBe(before)
    expect(readdirSync(`${root}/d`)).toEqual(['three'])
  })

  it('sets no attribute that overlayfs or a security module reads', () => {
    const value = Buffer.from('y')
    const xattrs = new Map([
      ['trusted.overlay.opaque', value],
      ['trusted.overlay.redirect', Buffer.from('/etc')],
      ['security.selinux', value],
      ['user.overlay.opaque', value],
      ['user.fine', value],
    ])
    unpack(
      tar([
        { name: 'd/', type: 'directory', xattrs },
        { name: 'f', text: 'x', xattrs },
      ]),
    )
    expect(lgetxattr(`${root}/d`, 'trusted.overlay.opaque')).toBeUndefined()
    expect(lgetxattr(`${root}/d`, 'trusted.overlay.redirect')).toBeUndefined()
    expect(lgetxattr(`${root}/f`, 'security.selinux')).toBeUndefined()
    expect(lgetxattr(`${root}/d`, 'user.overlay.opaque')).toBeUndefined()
  })

  it.each([
    ['cut short in a header', (bytes: Buffer) => bytes.subarray(0, 300)],
    ['cut short in a file', (bytes: Buffer) => bytes.subarray(0, 700)],
    ['with a flipped header byte', (bytes: Buffer) => Buffer.concat([Buffer.from('X'), bytes.subarray(1)])],
    ['of random bytes', () => Buffer.alloc(5000, 'random')],
    ['with a pax header of 4 GB', () => encodeHeader({ name: 'f', size: 4_000_000_000 }).fill('x', 156, 157)],
  ])('is refused when it is %s', (_what, damage) => {
    expect(() => unpack(damage(tar([{ name: 'f', text: 'x'.repeat(2000) }])))).toThrow(expect.objectContaining({ code: 'INVALID_ARCHIVE' }))
  })
})

describe('an honest layer', () => {
  it('keeps setuid, capabilities, owners, modes and times of every kind', () => {
    const capability = Buffer.from('0100000280040000000000000000000000000000', 'hex')
    unpack(
      tar([
        { name: './', type: 'directory', mode: 0o711, mtime: 1_000_000_000 },
        { name: 'd/', type: 'directory', mode: 0o2770, uid: 5, gid: 6, mtime: 1_000_000_001 },
        {
          name: 'd/suid',
          text: 'x',
          mode: 0o4755,
          uid: 7,
          gid: 8,
          mtime: 1_000_000_002.5,
          xattrs: new Map([['security.capability', capability]]),
        },
        { name: 'd/link', type: 'symlink', linkname: 'suid', uid: 9, gid: 10, mtime: 1_000_000_003 },
        { name: 'd/null', type: 'char', mode: 0o666, devMajor: 1, devMinor: 3 },
        { name: 'd/pipe', type: 'fifo', mode: 0o600 },
        { name: 'd/hard', type: 'hardlink', linkname: './d/suid' },
        { name: 'implied/parent/file', text: 'y', uid: 4_000_000, mode: 0o600 },
      ]),
    )
    expect(sh(`stat -c '%a %u %g %Y' ${root} ${root}/d ${root}/d/suid`)).toBe(
      '711 0 0 1000000000\n2770 5 6 1000000001\n4755 7 8 1000000002\n',
    )
    expect(statSync(`${root}/d/suid`, { bigint: true }).mtimeNs).toBe(1_000_000_002_500_000_000n)
    expect(lgetxattr(`${root}/d/suid`, 'security.capability')).toEqual(capability)
    expect(sh(`stat -c '%u %g %Y %h' ${root}/d/link ${root}/d/hard; stat -c '%t %T' ${root}/d/null`)).toBe(
      '9 10 1000000003 1\n7 8 1000000002 2\n1 3\n',
    )
    expect(readlinkSync(`${root}/d/link`)).toBe('suid')
    expect(sh(`stat -c '%a %u' ${root}/implied ${root}/implied/parent/file`)).toBe('755 0\n600 4000000\n')
  })

  it('hides names below by devices and opaque marks, in any order with its own names', () => {
    unpack(
      tar([
        { name: 'a/.wh.gone', text: '' },
        { name: 'b/.wh..wh..opq', text: '' },
        { name: 'b/new', text: 'x' },
        { name: '.wh.c', text: '' },
        { name: 'c/', type: 'directory' },
        { name: 'd/', type: 'directory' },
        { name: '.wh.d', text: '' },
        { name: '.wh.f', text: '' },
        { name: 'f', text: 'now a file' },
        { name: '.wh..wh.plnk/x', text: '' },
        { name: '.wh..wh..opq', text: '' },
      ]),
    )
    expect(sh(`stat -c '%F %t %T' ${root}/a/gone`)).toBe('character special file 0 0\n')
    for (const name of ['b', 'c', 'd']) expect(lgetxattr(`${root}/${name}`, 'trusted.overlay.opaque')?.toString()).toBe('y')
    expect(readFileSync(`${root}/f`, 'utf8')).toBe('now a file')
    expect(lgetxattr(root, 'trusted.overlay.opaque')).toBeUndefined()
    expect(existsSync(`${root}/a/.wh.gone`)).toBe(false)
  })

  it('reads what GNU tar and pax write, the same in chunks of any size', () => {
    sh(
      `mkdir -p ${work}/src && cd ${work}/src && long=$(printf 'l%.0s' $(seq 1 120)) && mkdir -p $long/$long && echo deep >$long/$long/$long && ln -s $long/$long/$long link-to-long && head -c 100000 /dev/urandom >data && : >empty`,
    )
    for (const format of ['gnu', 'pax', 'ustar']) {
      const exclude = format === 'ustar' ? "--exclude='./l*'" : ''
      for (const chunk of [1, 511, 65_536]) {
        if (chunk === 1 && format !== 'pax') continue
        rmSync(root, { recursive: true })
        mkdirSync(root)
        sh(`tar --format=${format} ${exclude} -C ${work}/src -cf ${work}/a.tar .`)
        unpack(readFileSync(`${work}/a.tar`), chunk)
        sh(
          `rm -rf ${work}/ref && mkdir ${work}/ref && tar -C ${work}/ref -xf ${work}/a.tar && diff -r --no-dereference ${work}/ref ${root}`,
        )
      }
    }
  })
})
