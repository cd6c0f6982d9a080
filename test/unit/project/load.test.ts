// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of compose files look like this
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TscomposeError } from '../../../src/base/errors.ts'
import { loadCachedProject } from '../../../src/project/cache.ts'
import { formatDiagnostic, isProjectError, type ProjectError } from '../../../src/project/diagnostic.ts'
import { loadModel, loadProject } from '../../../src/project/load.ts'
import type { LoadOptions, LoadResult } from '../../../src/project/options.ts'
import { renderConfig } from '../../../src/project/render.ts'
import { locate, positionAt } from '../../../src/project/source-map.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tscompose-load-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), text)
}

const options = (more: Partial<LoadOptions> = {}): LoadOptions => ({ env: { HOME: '/home/u' }, cwd: directory, ...more })

function load(text: string, more: Partial<LoadOptions> = {}): LoadResult {
  write('compose.yaml', text)
  return loadProject(options(more))
}

function failure(text: string, more: Partial<LoadOptions> = {}): ProjectError {
  try {
    load(text, more)
  } catch (error) {
    if (isProjectError(error)) return error
    throw error
  }
  throw new Error('the file was accepted')
}

describe('the model', () => {
  test('durations are milliseconds and sizes bytes', () => {
    const { project } = load(
      'services: {a: {image: x, stop_grace_period: 1m30s, mem_limit: 1.5gb, healthcheck: {test: t, start_interval: 500ms}}}',
    )
    expect(project.services['a']).toMatchObject({
      stop_grace_period: 90_000,
      mem_limit: 1_610_612_736,
      healthcheck: { start_interval: 500 },
    })
  })

  test('commands are lists, and null where the image decides', () => {
    const { project } = load('services: {a: {image: x, command: sh -c "echo hi"}}')
    expect(project.services['a']).toMatchObject({ command: ['sh', '-c', 'echo hi'], entrypoint: null })
  })

  test('file modes written in octal are the bits', () => {
    const { project } = load(
      'services: {a: {image: x, secrets: [{source: s, mode: 0440}, {source: s, target: t, mode: "0400"}]}}\nsecrets: {s: {file: f}}',
    )
    expect(project.services['a']?.secrets?.map(({ mode }) => mode)).toEqual([0o440, 0o400])
  })

  test('a service may have the name of something every object has', () => {
    const { project } = load('services: {constructor: {image: x, depends_on: [toString]}, toString: {image: y}}')
    expect(Object.keys(project.services)).toEqual(['constructor', 'toString'])
  })

  test('a service left out by its profile is kept among the disabled ones', () => {
    const { project } = load('services: {a: {image: x}, b: {image: y, profiles: [p]}}')
    expect(Object.keys(project.disabledServices)).toEqual(['b'])
  })
})

describe('extends', () => {
  test('a chain of thousands takes each service once, whichever end comes first', () => {
    const last = 4999
    const service = (index: number): string =>
      index === 0 ? '  s0: {image: x, environment: {A: "0"}}\n' : `  s${index}: {extends: {service: s${index - 1}}}\n`
    const lines = Array.from({ length: last + 1 }, (_, index) => service(last - index))
    const { project } = load(`services:\n${lines.join('')}`)
    expect(project.services[`s${last}`]).toMatchObject({ image: 'x', environment: { A: '0' } })
  }, 20_000)

  test('a circle is one error, with everyone on it', () => {
    const { diagnostics } = failure('services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}}\n')
    expect(diagnostics.map(({ code, line }) => ({ code, line }))).toEqual([{ code: 'EXTENDS_CYCLE', line: 2 }])
  })
})

describe('diagnostics', () => {
  test('all errors of a file come at once, each with its place and a suggestion', () => {
    const { diagnostics } = failure(
      'services:\n  web:\n    imagee: x\n    restart: true\n    depends_on: {db: {condition: service_health}}\n  db: {image: 3}\n',
    )
    expect(
      diagnostics.map(({ code, line, column, hint }) => ({ code, line, column, hint })).sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    ).toEqual([
      { code: 'UNKNOWN_KEY', line: 3, column: 5, hint: 'did you mean `image`?' },
      { code: 'BAD_TYPE', line: 4, column: 14, hint: 'quote it: "true"' },
      { code: 'BAD_VALUE', line: 5, column: 34, hint: 'did you mean `service_healthy`?' },
      { code: 'BAD_TYPE', line: 6, column: 15, hint: 'quote it: "3"' },
    ])
  })

  test('a file that is not YAML is told the first place alone, and what to do about variables there', () => {
    const { diagnostics } = failure('services: {a: {image: x:${TAG}, ports: [80:${P}]}}\n---\nx: ]\n')
    expect(diagnostics).toMatchObject([
      { code: 'YAML_SYNTAX', line: 1, column: 26, hint: expect.stringContaining('needs quotes: "${NAME}"') },
    ])
  })

  test('an undefined network is shown where it is written, with a caret', () => {
    const [first] = failure('services:\n  web:\n    image: x\n    networks: [frnt]\nnetworks: {front: {}}\n').diagnostics
    expect(first === undefined ? '' : formatDiagnostic(first).replaceAll(directory, '')).toBe(
      [
        '/compose.yaml:4:16: error: service "web" refers to undefined network frnt',
        '  4 |     networks: [frnt]',
        '    |                ^^^^',
        '  hint: did you mean `front`?',
      ].join('\n'),
    )
  })

  test('a cycle is printed whole', () => {
    const error = failure('services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [c]}, c: {image: x, depends_on: [a]}}')
    expect(error.message).toContain('a -> b -> c -> a')
  })

  test('an error of an included file names that file', () => {
    write('sub/inc.yaml', 'services:\n  i:\n    imgae: x\n')
    const [first] = failure('include: [sub/inc.yaml]\nservices: {a: {image: x}}').diagnostics
    expect(first).toMatchObject({ file: join(directory, 'sub/inc.yaml'), line: 3, column: 5 })
  })

  test('aliases that multiply are refused with a clear error', () => {
    const levels = Array.from(
      { length: 9 },
      (_, index) =>
        `x-${index}: &l${index} [${Array(9)
          .fill(index === 0 ? 'x' : `*l${index - 1}`)
          .join(', ')}]`,
    )
    expect(failure(`${levels.join('\n')}\nservices: {a: {image: x}}`).diagnostics[0]?.code).toBe('YAML_ALIAS_BOMB')
  })

  test('an alias inside its own anchor is refused', () => {
    expect(failure('services: &s {a: {image: x, x-loop: *s}}').diagnostics[0]?.code).toBe('YAML_ALIAS')
  })

  test.each(['[', '{', '- '])('nesting of 100000 %j is refused', (opening) => {
    expect(failure(`a: ${opening.repeat(100_000)}`).diagnostics.length).toBeGreaterThan(0)
  })

  test('an unset variable is a warning with a place', () => {
    const { diagnostics } = load('services:\n  a:\n    image: "x${NOPE}"\n')
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'UNSET_VARIABLE', line: 3, column: 12 }])
  })
})

describe('positions', () => {
  test('a value that comes from an extended service is traced to the file it is written in', () => {
    write('base.yaml', 'services:\n  b:\n    image: base\n    environment:\n      DEBUG: "1"\n')
    const { tree, sources } = load('services:\n  a:\n    extends: {file: base.yaml, service: b}\n    environment: {OTHER: x}\n')
    const debug = locate(sources, tree, ['services', 'a', 'environment', 'DEBUG'])
    expect(debug === undefined ? undefined : positionAt(debug.file, debug.value)).toEqual({
      file: join(directory, 'base.yaml'),
      line: 5,
      column: 14,
    })
    const other = locate(sources, tree, ['services', 'a', 'environment', 'OTHER'])
    expect(other?.file.path).toBe(join(directory, 'compose.yaml'))
  })

  test('list items keep their place when lists are merged', () => {
    write('over.yaml', 'services:\n  a:\n    ports:\n      - "81:81"\n')
    const { tree, sources } = load('services: {a: {image: x, ports: ["80:80"]}}', { files: ['compose.yaml', 'over.yaml'] })
    const second = locate(sources, tree, ['services', 'a', 'ports', 1])
    expect(second === undefined ? undefined : positionAt(second.file, second.value)).toEqual({
      file: join(directory, 'over.yaml'),
      line: 4,
      column: 9,
    })
  })
})

describe('config output', () => {
  test('variables left alone stay whole where they are part of a short form', () => {
    const text = 'services: {a: {image: x, ports: ["${P:-80}:80", "81"], extra_hosts: ["${H:-h}:1.2.3.4"], volumes: ["${D:-./d}:/x"]}}'
    expect(loadModel(options({ files: ['-'], stdin: text, interpolate: false })).tree).toMatchObject({
      services: {
        a: {
          ports: ['${P:-80}:80', { target: 81, mode: 'ingress', protocol: 'tcp' }],
          extra_hosts: ['${H:-h}:1.2.3.4'],
          volumes: [{ source: '${D:-./d}', target: '/x' }],
        },
      },
    })
  })

  test('loading it again changes nothing', () => {
    write('e', 'K="a b"\n')
    const text =
      'name: p\nservices: {a: {image: x, env_file: e, command: echo $$HOME, ports: ["80-81:80-81", "70"], volumes: ["v:/vol", "./b:/c:ro"], healthcheck: {test: t, interval: 1h}, extra_hosts: ["h:::1"], ulimits: {n: 5}, deploy: {resources: {limits: {memory: 5m}}}}}\nvolumes: {v: , vol: }\n'.replace(
        '"v:/vol"',
        '"vol:/vol"',
      )
    const first = renderConfig(load(text).project, { format: 'yaml' })
    expect(renderConfig(load(first).project, { format: 'yaml' })).toBe(first)
  })
})

test('a boolean in the words of YAML 1.1 is taken, with a warning', () => {
  const { project, diagnostics } = load('services: {a: {image: x, tty: yes}}')
  expect(project.services.a?.tty).toBe(true)
  expect(diagnostics).toMatchObject([{ code: 'OLD_BOOLEAN', severity: 'warning' }])
})

test('no text makes loading fail with anything but an error made for people', () => {
  const pieces = [
    'services:',
    ' ',
    '\n',
    '  ',
    'a',
    ': ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '- ',
    '&x ',
    '*x',
    '<<: ',
    '!reset ',
    '!override ',
    '"',
    "'",
    '$',
    '${',
    '|',
    '>',
    '#',
    '---\n',
    '1',
    '~',
    'image',
    'ports',
    'extends',
    'include',
    '__proto__',
  ]
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => `services: {a: {image: x}}\n${parts.join('')}`)
  fc.assert(
    fc.property(
      fc.oneof(
        texts,
        texts.map((text) => text.slice(26)),
      ),
      (text) => {
        try {
          loadProject(options({ files: ['-'], stdin: text }))
        } catch (error) {
          if (!(error instanceof TscomposeError)) throw error
        }
      },
    ),
    { numRuns: 2000 },
  )
})

describe('the cache', () => {
  const cached = (more: Partial<LoadOptions> = {}) => loadCachedProject(options(more), join(directory, 'cache'))

  test('a second load is a hit and gives the same project', async () => {
    write('compose.yaml', 'services: {a: {image: "x:${TAG:-1}", env_file: [{path: e, required: false}]}}')
    const first = await cached()
    const second = await cached()
    expect([first.fromCache, second.fromCache]).toEqual([false, true])
    expect(second.project).toEqual(JSON.parse(JSON.stringify(first.project)))
    expect(second.environment).toEqual(first.environment)
  })

  test.each([
    ['the file changes', () => write('compose.yaml', 'services: {a: {image: y}}')],
    ['a file that was absent appears', () => write('e', 'A=1')],
    ['an override file appears', () => write('compose.override.yaml', 'services: {a: {command: c}}')],
    ['a .env file appears', () => write('.env', 'TAG=2')],
  ])('it is a miss when %s', async (_what, change) => {
    write('compose.yaml', 'services: {a: {image: "x:${TAG:-1}", env_file: [{path: e, required: false}]}}')
    await cached()
    change()
    expect((await cached()).fromCache).toBe(false)
  })

  test('it is a miss when a variable the files name changes, and a hit when another one does', async () => {
    write('compose.yaml', 'services: {a: {image: "x:${TAG:-1}"}}')
    await cached()
    expect((await cached({ env: { HOME: '/home/u', UNRELATED: 'x' } })).fromCache).toBe(true)
    const changed = await cached({ env: { HOME: '/home/u', TAG: '7' } })
    expect(changed.fromCache).toBe(false)
    expect(changed.project.services['a']?.image).toBe('x:7')
  })

  test('a damaged entry is ignored', async () => {
    write('compose.yaml', 'services: {a: {image: x}}')
    await cached()
    const { readdirSync } = await import('node:fs')
    for (const name of readdirSync(join(directory, 'cache'))) writeFileSync(join(directory, 'cache', name), '{"format":1}\n{')
    expect((await cached()).project.services['a']?.image).toBe('x')
  })
})
