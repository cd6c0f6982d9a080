import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Case, listSavedImage, type Recorded, readCases, readIgnore, readRecorded, recordedPath, type Warning } from './corpus.ts'
import { baseImage, createFixture } from './fixture.ts'

/* node test/conformance/dockerfiles/record.ts [NAME…]: builds the cases with the docker that is here and writes recorded.json. */

const root = mkdtempSync(join(tmpdir(), 'tscompose-dockerfiles-'))
const fixture = await createFixture(root)
// Answers of the web server need this process: docker must not block it.
const docker = async (args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> => {
  const child = spawn('docker', args, {
    cwd: fixture.contexts.plain,
    env: { ...process.env, BUILDKIT_PROGRESS: 'plain', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
  })
  const texts = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()))
  const status = await new Promise<number>((done) => child.once('close', (code) => done(code ?? 1)))
  return { status, ...texts }
}

interface LintResult {
  readonly warnings?: readonly {
    readonly ruleName: string
    readonly detail: string
    readonly location?: { readonly ranges?: readonly { readonly start: { readonly line: number } }[] }
  }[]
}

async function check(args: readonly string[]): Promise<readonly Warning[]> {
  const { stdout } = await docker(['build', '--call=check,format=json', ...args])
  const text = stdout.slice(stdout.indexOf('{'))
  const result = (text === '' ? {} : JSON.parse(text)) as LintResult
  return (result.warnings ?? []).map(({ ruleName, detail, location }) => ({
    rule: ruleName,
    detail,
    line: location?.ranges?.[0]?.start.line ?? 0,
  }))
}

/** What is different on every machine. */
const withoutPlaces = (message: string): string =>
  message
    .replaceAll(root, '')
    .replace(/\/\S*\/overlay2\/\w+\/merged/g, '')
    .replace(/ of ref [0-9a-f-]+::\w+/, '')

async function recordCase(entry: Case): Promise<Recorded> {
  const dockerfile = join(root, 'Dockerfile')
  writeFileSync(dockerfile, entry.text)
  rmSync(`${dockerfile}.dockerignore`, { force: true })
  const ignore = readIgnore(entry)
  if (ignore !== undefined) writeFileSync(`${dockerfile}.dockerignore`, ignore)
  const args = ['-f', dockerfile, ...entry.options, fixture.contexts[entry.context]]
  const warnings = await check(args)
  const linted = warnings.length === 0 ? {} : { warnings }
  if (entry.checkOnly) return linted
  const built = await docker(['build', '--no-cache', '-t', 'corpus/out', ...args])
  if (built.status !== 0) {
    const message = /^ERROR: (?:failed to build: )?(?:failed to solve: )?(.*)$/m.exec(built.stderr)?.[1] ?? ''
    return { failedAt: Number(/^\w*Dockerfile:(\d+)/m.exec(built.stderr)?.[1] ?? 0), message: withoutPlaces(message), ...linted }
  }
  const directory = join(root, 'saved')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  spawnSync('sh', ['-c', `docker save corpus/out | tar -xf - -C ${directory}`])
  return { image: await listSavedImage(directory, entry), ...linted }
}

spawnSync('docker', ['import', '-c', 'CMD ["sh"]', fixture.baseTar, baseImage], { stdio: ['ignore', 'ignore', 'inherit'] })
const wanted = process.argv.slice(2)
const cases = readCases()
const kept = readRecorded()
const recorded: Record<string, Recorded> = Object.fromEntries(
  cases.flatMap(({ name }) => (kept[name] === undefined ? [] : [[name, kept[name]]])),
)
const save = (): void => {
  const lines = Object.entries(recorded)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, outcome]) => `${JSON.stringify(name)}: ${JSON.stringify(outcome)}`)
  writeFileSync(recordedPath, `{\n${lines.join(',\n')}\n}\n`)
}
for (const entry of cases) {
  if (wanted.length > 0 && !wanted.some((part) => entry.name.includes(part))) continue
  recorded[entry.name] = await recordCase(entry)
  save()
}
console.log(`${Object.keys(recorded).length} recorded`)
await fixture.close()
rmSync(root, { recursive: true })
