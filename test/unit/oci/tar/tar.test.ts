import fc from 'fast-check'
import { extract, pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import type { TarEntry } from '../../../../src/oci/tar/header.ts'
import { createTarReader } from '../../../../src/oci/tar/reader.ts'
import { encodeHeader, tarEnd, tarPadding } from '../../../../src/oci/tar/writer.ts'

interface Read {
  readonly entry: TarEntry
  readonly text: string
}

function readAll(bytes: Buffer, chunk = 777): readonly Read[] {
  const found: { entry: TarEntry; text: string }[] = []
  const reader = createTarReader({
    entry: (entry) => found.push({ entry, text: '' }),
    data: (data) => {
      const last = found.at(-1)
      if (last !== undefined) last.text += data.toString('latin1')
    },
    end: () => undefined,
  })
  for (let offset = 0; offset < bytes.length; offset += chunk) reader.push(bytes.subarray(offset, offset + chunk))
  reader.finish()
  return found
}

async function streamOf(packer: ReturnType<typeof pack>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of packer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('tar', () => {
  it('reads what tar-stream packs', async () => {
    const packer = pack()
    packer.entry({ name: 'dir', type: 'directory', mode: 0o755, mtime: new Date(1_000_000) })
    packer.entry({ name: `dir/${'ü'.repeat(80)}`, mode: 0o4711, uid: 30_000, gid: 5 }, 'content')
    packer.entry({ name: 'link', type: 'symlink', linkname: `t/${'x'.repeat(120)}` })
    packer.entry({ name: 'dev', type: 'character-device', devmajor: 5, devminor: 300 })
    packer.finalize()
    const found = readAll(await streamOf(packer))
    expect(found.map(({ entry, text }) => [entry.name, entry.type, entry.mode, entry.uid, text])).toEqual([
      ['dir', 'directory', 0o755, 0, ''],
      [`dir/${'ü'.repeat(80)}`, 'file', 0o4711, 30_000, 'content'],
      ['link', 'symlink', 0o644, 0, ''],
      ['dev', 'char', 0o644, 0, ''],
    ])
    expect(found[0]?.entry.mtime).toBe(1_000_000_000_000n)
    expect(found[2]?.entry.linkname).toBe(`t/${'x'.repeat(120)}`)
    expect(found[3]?.entry).toMatchObject({ devMajor: 5, devMinor: 300 })
  })

  it('writes what tar-stream reads', async () => {
    const name = `${'long/'.repeat(40)}name`
    const extractor = extract()
    const seen: unknown[] = []
    extractor.on('entry', (header, stream, next) => {
      seen.push([header.name, header.type, header.mode, header.uid, header.linkname])
      stream.resume()
      stream.on('end', next)
    })
    const done = new Promise<void>((resolve) => extractor.on('finish', () => resolve()))
    extractor.end(
      Buffer.concat([
        encodeHeader({ name, mode: 0o600, uid: 9_999_999, size: 3 }),
        Buffer.from('abc'),
        tarPadding(3),
        encodeHeader({ name: 's', type: 'symlink', linkname: 'é' }),
        tarEnd(),
      ]),
    )
    await done
    expect(seen).toEqual([
      [name, 'file', 0o600, expect.anything(), null],
      ['s', 'symlink', 0, 0, 'é'],
    ])
  })

  it('gives back what it wrote, in chunks of any size', () => {
    const fields = fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).filter((name) => !name.includes('\0') && !name.endsWith('/')),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      uid: fc.integer({ min: 0, max: 0xfffffffe }),
      gid: fc.integer({ min: 0, max: 0xfffffffe }),
      mtime: fc.integer({ min: -2_000_000_000, max: 8_000_000_000 }),
      body: fc.string({ maxLength: 2000, unit: 'binary-ascii' }),
    })
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 5 }), fc.integer({ min: 1, max: 2000 }), (files, chunk) => {
        const bytes = Buffer.concat([
          ...files.flatMap(({ body, ...rest }) => [
            encodeHeader({ ...rest, size: body.length }),
            Buffer.from(body, 'latin1'),
            tarPadding(body.length),
          ]),
          tarEnd(),
        ])
        const found = readAll(bytes, chunk)
        expect(
          found.map(({ entry, text }) => ({
            name: entry.name,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            mtime: Number(entry.mtime / 1_000_000_000n),
            body: text,
          })),
        ).toEqual(files)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps attribute values as bytes', () => {
    const value = Buffer.from([0, 0xff, 0x80, 0x0a, 0x3d])
    const [found] = readAll(Buffer.concat([encodeHeader({ name: 'f', xattrs: new Map([['security.capability', value]]) }), tarEnd()]))
    expect(found?.entry.xattrs.get('security.capability')).toEqual(value)
  })

  it('throws nothing but INVALID_ARCHIVE for any bytes', () => {
    const valid = Buffer.concat([encodeHeader({ name: 'ü'.repeat(90), size: 600 }), Buffer.alloc(600), tarPadding(600), tarEnd()])
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length), (at, byte, length) => {
        const damaged = Buffer.from(valid.subarray(0, Math.max(at + 1, length)))
        damaged[at] = byte
        try {
          readAll(damaged)
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_ARCHIVE' })
        }
      }),
      { numRuns: 500 },
    )
  })
})
