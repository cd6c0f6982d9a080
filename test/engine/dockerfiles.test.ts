import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TscomposeError } from '../../src/base/errors.ts'
import type { BuildSpec } from '../../src/engine/api.ts'
import type { LocalEngine } from '../../src/engine/local-engine.ts'
import { type Case, listSavedImage, type Recorded, readCases, readIgnore, readRecorded } from '../conformance/dockerfiles/corpus.ts'
import type { Fixture } from '../conformance/dockerfiles/fixture.ts'
import { type BuildEngine, openBuildEngine } from '../support/build-engine.ts'
import { sh } from '../support/command.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* Every Dockerfile of the corpus, built by our engine and compared with what Docker made of it. */

let opened: BuildEngine
let engine: LocalEngine
let fixture: Fixture
let root: string

beforeAll(async () => {
  requireSandbox()
  opened = await openBuildEngine()
  ;({ engine, fixture, root } = opened)
})

afterAll(async () => {
  await opened.close()
})

function specOf(entry: Case, context: string, file: string): BuildSpec {
  const values = (flag: string): readonly string[] => entry.options.filter((_, index) => entry.options[index - 1] === flag)
  const pairs = (flag: string): Readonly<Record<string, string>> =>
    Object.fromEntries(values(flag).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]))
  const [target] = values('--target')
  return {
    context,
    dockerfile: file,
    tags: ['corpus/out:latest'],
    noCache: true,
    args: pairs('--build-arg'),
    labels: pairs('--label'),
    secrets: values('--secret').map((text) => {
      const fields = Object.fromEntries(text.split(',').map((field) => field.split('=')))
      return { id: fields.id ?? '', path: join(context, fields.src ?? '') }
    }),
    ...(target === undefined ? {} : { target }),
  }
}

async function buildCase(entry: Case): Promise<Recorded> {
  const file = join(root, 'Dockerfile')
  writeFileSync(file, entry.text)
  rmSync(`${file}.dockerignore`, { force: true })
  const ignore = readIgnore(entry)
  if (ignore !== undefined) writeFileSync(`${file}.dockerignore`, ignore)
  const spec = specOf(entry, fixture.contexts[entry.context], file)
  // What cannot be parsed has no findings; the build below tells.
  const { warnings } = await engine.engine.images.checkBuild(spec).catch(() => ({ warnings: [] }))
  const linted = warnings.length === 0 ? {} : { warnings: warnings.map(({ rule, detail, line }) => ({ rule, detail, line })) }
  if (entry.checkOnly) return linted
  try {
    await engine.engine.images.build(spec)
  } catch (error) {
    if (!(error instanceof TscomposeError)) throw error
    return { failedAt: error.position?.line ?? 0, message: error.message, ...linted }
  }
  const directory = join(root, 'saved')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  await engine.engine.images.save({ references: ['corpus/out:latest'], path: `${directory}.tar` })
  sh(`tar -xf ${directory}.tar -C ${directory} && rm ${directory}.tar`)
  return { image: await listSavedImage(directory, entry), ...linted }
}

/** Words of faults and findings are our own; that there is one, and where, is not. */
function comparable({ message, warnings = [], failedAt, image, ...rest }: Recorded, { placed }: { readonly placed: boolean }): unknown {
  const found = [...new Set(warnings.map(({ rule, line }) => `${line} ${rule}`))].sort()
  return {
    ...rest,
    ...(image === undefined ? {} : { image: { ...image, layers: image.layers.map(comparableLayer) } }),
    warnings: found,
    failed: message !== undefined,
    // Docker blames no line where a base or target is missing, or a download fails; we do.
    ...(placed ? { failedAt } : {}),
  }
}

/**
 * Docker leaves /etc touched by every RUN, for the files it mounts there, and drops attributes of users; marks of removal have no mode that means anything,
 * and times of directories depend there on how the context was sent.
 */
function comparableLayer(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => !/^etc d 755 0:0(?: @\d+)?$/.test(line))
    .map((line) =>
      line
        .replace(/ user\.\S+/g, '')
        .replace(/(\.wh\.\S+) f .*/, '$1')
        .replace(/^(.* d \d+ \d+:\d+) @\d+$/, '$1'),
    )
}

/** Where we mean to differ, and why: a case that agrees after all fails. */
const differences: ReadonlyMap<string, string> = new Map([
  ['copy-parents', 'Docker 28 has --parents only in its labs syntax'],
  ['copy-parents-pivot', 'as above'],
  ['copy-parents-wildcard', 'as above'],
  ['run-security-sandbox', 'Docker 28 has --security only in its labs syntax'],
  ['copy-chown-unknown', 'Docker takes a misspelt user for root without a word; here it is an error'],
  ['copy-chown-unknown-group', 'as above'],
  ['copy-several-needs-slash', 'Docker writes one file over the other; here it is an error'],
  ['odd-chown-huge', 'as copy-chown-unknown: no user is called 99999999999'],
  ['odd-chown-negative', 'as above: no user is called -1'],
  ['odd-wild-to-file', 'as copy-several-needs-slash'],
  ['odd-wild-escape', 'a wildcard that matches nothing copies nothing, wherever it stands'],
  ['odd-bind-relative', 'Docker leaves a directory touched where a mount point was'],
  ['odd-crlf-heredoc', 'Windows line ends are no part of a heredoc here'],
  ['odd-escape-twice', 'the second directive is blamed, not the first'],
  ['odd-heredoc-env', 'Docker takes $$ for a variable'],
  ['odd-link-over-symlink-dir', "Docker makes linked layers like others without containerd's image store"],
  ['odd-maintainer-empty', 'a file that cannot be read has no findings here'],
  ['odd-run-empty', 'RUN without a command is an error here'],
  ['odd-signal-7', 'STOPSIGNAL -1 is an error here'],
  ['odd-volume-escape', 'quotes and escapes hold words of VOLUME together here'],
  ['odd-wh-name', 'Docker stores a file whose name says that another one is gone; here it is an error'],
  ['stage-number-target', 'stages without a name can be targets by their number here'],
])

describe('a Dockerfile gives what Docker makes of it', () => {
  const recorded = readRecorded()
  for (const entry of readCases()) {
    it(entry.name, async () => {
      const expected = recorded[entry.name] ?? {}
      const placed = expected.failedAt !== 0
      const built = comparable(await buildCase(entry), { placed })
      if (differences.has(entry.name)) expect(built).not.toEqual(comparable(expected, { placed }))
      else expect(built).toEqual(comparable(expected, { placed }))
    })
  }
})
