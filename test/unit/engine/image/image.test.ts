import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseSuite, formatAptSources, parseAptSources, suiteOf } from '../../../../src/engine/image/bootstrap/apt-sources.ts'
import { applyChanges } from '../../../../src/engine/image/changes.ts'
import { createImageStore, type ImageRecords } from '../../../../src/engine/image/image-store.ts'
import { type ImageRecord, parseImageRecord } from '../../../../src/engine/image/record.ts'
import { createSharedFlights } from '../../../../src/engine/image/shared-flight.ts'
import { entryPath, whiteoutKind } from '../../../../src/engine/image/unpack/entry-path.ts'
import { detectCompression } from '../../../../src/engine/image/work/decompress.ts'

describe('entryPath', () => {
  it.each([
    ['./a/b', 'a/b'],
    ['/a//b/', 'a/b'],
    ['a/../b', 'b'],
    ['.', ''],
    ['/', ''],
    ['a/./b/..', 'a'],
  ])('cleans %s', (name, path) => expect(entryPath(name)).toBe(path))

  it('never gives a path that leads out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('..', '.', '', 'a', 'b', '...')).map((parts) => parts.join('/')),
        (name) => {
          let path: string
          try {
            path = entryPath(name)
          } catch (error) {
            expect(error).toMatchObject({ code: 'INVALID_LAYER' })
            return
          }
          expect(path.split('/')).not.toContain('..')
          expect(path.startsWith('/')).toBe(false)
        },
      ),
    )
  })

  it('knows whiteouts', () => {
    expect(whiteoutKind('.wh.a')).toEqual({ kind: 'whiteout', target: 'a' })
    expect(whiteoutKind('.wh..wh..opq').kind).toBe('opaque')
    expect(whiteoutKind('.wh..wh.plnk').kind).toBe('ignore')
    expect(whiteoutKind('wh.a').kind).toBe('entry')
    for (const name of ['.wh.', '.wh..', '.wh...'])
      expect(() => whiteoutKind(name)).toThrow(expect.objectContaining({ code: 'INVALID_LAYER' }))
  })
})

describe('compression', () => {
  it('is told by the first bytes', () => {
    const head = (...bytes: readonly number[]): Uint8Array => Uint8Array.from([...bytes, 0, 0, 0])
    expect(
      [
        head(0x1f, 0x8b),
        head(0x28, 0xb5, 0x2f, 0xfd),
        head(0x50, 0x2a, 0x4d, 0x18),
        head(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0),
        head(0x42, 0x5a, 0x68),
        head(0x2e, 0x2f),
        head(),
      ].map(detectCompression),
    ).toEqual(['gzip', 'zstd', 'zstd', 'xz', 'bzip2', 'none', 'none'])
  })
})

describe('changes', () => {
  it('are applied as docker import applies them', () => {
    expect(applyChanges({ Env: ['A=0', 'B=1'] }, ['ENV A=2 C="x y"', 'env OLD the old form', "LABEL a='b c' d=e"])).toEqual({
      Env: ['A=2', 'B=1', 'C=x y', 'OLD=the old form'],
      Labels: { a: 'b c', d: 'e' },
    })
    expect(applyChanges({ WorkingDir: '/a' }, ['WORKDIR b', 'VOLUME ["/x", "/y z"]', 'VOLUME /v /w'])).toEqual({
      WorkingDir: '/a/b',
      Volumes: { '/x': {}, '/y z': {}, '/v': {}, '/w': {} },
    })
    expect(applyChanges({}, ['HEALTHCHECK NONE', 'ONBUILD RUN x'])).toEqual({ Healthcheck: { Test: ['NONE'] }, OnBuild: ['RUN x'] })
  })

  it.each(['', 'RUN x', 'COPY a b', 'CMD', 'EXPOSE 0', 'EXPOSE 80/foo', 'ENV =x', 'LABEL x', 'HEALTHCHECK true'])('refuse %j', (line) => {
    expect(() => applyChanges({}, [line])).toThrow(expect.objectContaining({ code: 'INVALID_CHANGE' }))
  })
})

const record = (letter: string, tags: Record<string, number>, digests: readonly string[] = []): ImageRecord => ({
  id: `sha256:${letter.repeat(64)}` as ImageRecord['id'],
  tags,
  digests,
  layers: [],
  createdAt: 0,
  taggedAt: 0,
  labels: {},
  platform: 'linux/amd64',
  manifests: [],
})

function memoryRecords(initial: readonly ImageRecord[] = []): ImageRecords & { readonly disk: Map<string, ImageRecord> } {
  const disk = new Map(initial.map((each) => [each.id as string, each]))
  return {
    disk,
    write: (_key, value) => void disk.set(value.id, value),
    remove: (key) => void disk.delete(key.replace('-', ':')),
    list: () => [...disk.values()],
  }
}

describe('the image store', () => {
  const nginx = 'docker.io/library/nginx:1'

  it('finds images by name, digest, ID and the start of an ID', () => {
    const digest = `sha256:${'d'.repeat(64)}`
    const store = createImageStore(memoryRecords([record('a', { [nginx]: 1 }, [`docker.io/library/nginx@${digest}`]), record('b', {})]))
    for (const text of [
      'nginx:1',
      'library/nginx:1',
      `nginx@${digest}`,
      'aaaa',
      'a'.repeat(64),
      `sha256:${'a'.repeat(64)}`,
      'sha256:aaaaaa',
    ])
      expect(store.get(text).id).toContain('aaaa')
    expect(store.find('nginx')).toBeUndefined()
    expect(() => store.get('nginx:2')).toThrow(expect.objectContaining({ code: 'IMAGE_NOT_FOUND' }))
    expect(() => store.get('No Name')).toThrow(expect.objectContaining({ code: 'INVALID_REFERENCE' }))
    const twins = createImageStore(
      memoryRecords([record('a', {}), { ...record('a', {}), id: `sha256:aaaa${'b'.repeat(60)}` as ImageRecord['id'] }]),
    )
    expect(() => twins.get('aaaa')).toThrow(expect.objectContaining({ code: 'AMBIGUOUS_IMAGE' }))
  })

  it('moves a name from one image to the next, and prefers the later claim after a crash between', () => {
    const records = memoryRecords([record('a', { [nginx]: 1 })])
    const store = createImageStore(records)
    store.save(record('b', { [nginx]: 2 }))
    expect(records.disk.get(`sha256:${'a'.repeat(64)}`)?.tags).toEqual({})
    expect(createImageStore(memoryRecords([record('b', { [nginx]: 2 }), record('a', { [nginx]: 1 })])).get('nginx:1').id).toContain('bbbb')
  })

  it('refuses records that are none', () => {
    expect(parseImageRecord(JSON.parse(JSON.stringify(record('a', {}))))).toEqual(record('a', {}))
    for (const value of [null, {}, { ...record('a', {}), id: 'x' }, { ...record('a', {}), layers: [{ diffId: '../x', size: 1 }] }])
      expect(() => parseImageRecord(value)).toThrow()
  })
})

describe('shared work', () => {
  it('runs once, tells everybody, and is canceled when the last one has left', async () => {
    const flights = createSharedFlights<number>()
    let runs = 0
    let canceled = false
    let finish: (value: number) => void = () => undefined
    const work = (signal: AbortSignal): Promise<number> =>
      new Promise((resolve) => {
        runs++
        finish = resolve
        signal.addEventListener('abort', () => {
          canceled = true
        })
      })
    const [one, two] = [new AbortController(), new AbortController()]
    const join = (abort: AbortController): Promise<number> => flights('k', { signal: abort.signal, sink: () => undefined }, work)
    const [a, b] = [join(one), join(two)]
    one.abort()
    await expect(a).rejects.toMatchObject({ kind: 'canceled' })
    expect(canceled).toBe(false)
    finish(7)
    expect(await b).toBe(7)
    expect(runs).toBe(1)
    const three = new AbortController()
    const c = join(three)
    three.abort()
    await expect(c).rejects.toMatchObject({ kind: 'canceled' })
    expect([runs, canceled]).toEqual([2, true])
  })
})

describe('apt sources', () => {
  const deb822 =
    'Types: deb\n# comment\nURIs: http://deb.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/k.gpg\n\nTypes: deb-src\nURIs: http://s\nSuites: bookworm\nComponents: main\n\nEnabled: no\nTypes: deb\nURIs: http://off\nSuites: bookworm\nComponents: main\n'
  const lines =
    '# x\ndeb [arch=amd64 signed-by=/k.gpg] http://sec.example bookworm-security main contrib # y\ndeb-src http://s bookworm main\ndeb http://cloud.example sdk main\n'

  it('are read in both forms', () => {
    expect(parseAptSources(deb822, true)).toEqual([
      {
        uris: ['http://deb.example/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main'],
        signedBy: '/usr/share/keyrings/k.gpg',
      },
    ])
    expect(parseAptSources(lines, false)).toEqual([
      { uris: ['http://sec.example'], suites: ['bookworm-security'], components: ['main', 'contrib'], signedBy: '/k.gpg' },
      { uris: ['http://cloud.example'], suites: ['sdk'], components: ['main'] },
    ])
  })

  it('give a suite its own entries only, or the mirror of the host', () => {
    const all = [...parseAptSources(deb822, true), ...parseAptSources(lines, false)]
    const own = chooseSuite(all, 'bookworm', 'bookworm')
    expect(own).toMatchObject({ mirror: 'http://deb.example/debian', keyring: '/usr/share/keyrings/k.gpg' })
    expect(own?.sources.map(({ suites }) => suites.join())).toEqual(['bookworm,bookworm-updates', 'bookworm-security'])
    expect(chooseSuite(all, 'trixie', 'bookworm')).toMatchObject({ mirror: 'http://deb.example/debian', sources: [{ suites: ['trixie'] }] })
    expect(chooseSuite([], 'bookworm', 'bookworm')).toBeUndefined()
    expect(formatAptSources(own?.sources ?? [], () => '/in/image.gpg')).toContain(
      'Suites: bookworm-security\nComponents: main contrib\nSigned-By: /in/image.gpg',
    )
  })

  it.each([
    ['library/debian', 'bookworm-slim', 'bookworm'],
    ['library/debian', '12', 'bookworm'],
    ['library/debian', '12.5-slim', 'bookworm'],
    ['library/debian', 'latest', 'trixie'],
    ['library/ubuntu', '24.04', 'noble'],
    ['shop/base', 'sid', 'sid'],
  ])('%s:%s is suite %s', (name, tag, suite) => expect(suiteOf(name, tag, 'trixie')).toBe(suite))
})
