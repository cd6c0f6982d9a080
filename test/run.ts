import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { createTestGroups } from './support/test-groups.ts'

/*
 * The whole test suite: unit and conformance tests, then every engine and e2e file by itself in mount, network and pid
 * namespaces of its own with empty engine directories, two at a time. Ends in one line, `N passed, N failed`.
 * Usage: test/run.ts [unit|conformance|engine|e2e]... [part of a file name]...
 */

const root = resolve(import.meta.dirname, '..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const scratch = mkdtempSync(join(tmpdir(), 'tscompose-tests-'))
const fileTimeoutMs = 15 * 60_000
/** Isolated files share nothing and mostly wait; more at a time would bend what they measure. */
const isolatedAtOnce = Math.min(2, availableParallelism())
/** Images and build cache of the example stacks, kept from file to file and run to run: they take a minute to make. */
const examplesCache = '/var/cache/tscompose-tests'

interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Job {
  readonly name: string
  /** In namespaces and control groups of its own. */
  readonly isolated: boolean
  readonly argv: readonly string[]
  readonly report: string
}

/** What vitest's JSON report has of a file or a whole project. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly name: string; readonly assertionResults: readonly Assertion[] }[]
}

interface Assertion {
  readonly status: string
  /** The groups it is in, outermost first. */
  readonly ancestorTitles: readonly string[]
  readonly title: string
}

const projects = ['unit', 'conformance', 'engine', 'e2e'] as const
type Project = (typeof projects)[number]

function vitestArgv(project: Project, report: string, files: readonly string[]): readonly string[] {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return [process.execPath, vitest, 'run', '--config', join(root, 'test/vitest.config.ts'), '--project', project, ...reporters, ...files]
}

/** Private places for the engine, and a first process that buries orphans; all of it ends with the last command. */
const enterScript = `
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/tscompose /var/lib/tscompose
mount -t tmpfs -o mode=711 tmpfs /run/tscompose
mount -t tmpfs -o mode=711 tmpfs /var/lib/tscompose
ip link set lo up
for hierarchy in $TEST_HIERARCHIES; do mount --bind "$hierarchy/$TEST_GROUP" "$hierarchy"; done
"$@"
exit $?
`

/**
 * The same for the example stacks, which install packages: a network namespace whose traffic a process outside of it
 * carries on (nothing of the host's network is changed), and the images of the runs before. One run at a time has them.
 */
const enterWithOutsideScript = `
mkdir -p "$TEST_CACHE" /var/lib/tscompose
exec 9>"$TEST_CACHE.lock"
flock 9
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/tscompose
mount -t tmpfs -o mode=711 tmpfs /run/tscompose
mount --bind "$TEST_CACHE" /var/lib/tscompose
for place in containers networks volumes; do
  mkdir -p /var/lib/tscompose/$place
  mount -t tmpfs -o mode=711 tmpfs /var/lib/tscompose/$place
done
for hierarchy in $TEST_HIERARCHIES; do mount --bind "$hierarchy/$TEST_GROUP" "$hierarchy"; done
touch /run/outside
mount --bind /proc/self/ns/net /run/outside
exec unshare --net sh -ec '
ip link set lo up
nsenter --net=/run/outside slirp4netns --configure --mtu=65520 --disable-host-loopback --netns-type=path /proc/$$/ns/net tap0 >/dev/null 2>&1 9>&- &
for attempt in $(seq 250); do
  ip -4 -o addr show dev tap0 2>/dev/null | grep -q inet && break
  sleep 0.02
done
umount /run/outside
"$@"
exit $?
' sh "$@"
`

function sandboxed(argv: readonly string[], { outside }: { readonly outside: boolean }): readonly string[] {
  const namespaces = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child=KILL', '--propagation', 'private']
  const enter = outside ? ['sh', '-ec', enterWithOutsideScript] : ['--net', 'sh', '-ec', enterScript]
  return ['unshare', ...namespaces, ...enter, 'sh', ...argv]
}

const needsOutside = (file: string): boolean => basename(file).startsWith('examples-')

function jobsOf(project: Project, parts: readonly string[]): readonly Job[] {
  const patterns = [`test/${project}/**/*.test.ts`, ...(project === 'unit' ? ['test/*.test.ts'] : [])]
  const all = globSync(patterns, { cwd: root }).sort()
  const files = parts.length === 0 ? all : all.filter((file) => parts.some((part) => file.includes(part)))
  if (project === 'unit' || project === 'conformance') {
    const report = join(scratch, `${project}.json`)
    const isWhole = parts.length === 0
    if (!isWhole && files.length === 0) return []
    return all.length === 0 ? [] : [{ name: project, isolated: false, argv: vitestArgv(project, report, isWhole ? [] : files), report }]
  }
  return files.map((file, index) => {
    const report = join(scratch, `${project}-${index}.json`)
    return { name: file, isolated: true, argv: sandboxed(vitestArgv(project, report, [file]), { outside: needsOutside(file) }), report }
  })
}

/** Runs a job; its output is shown only where it failed. */
async function runJob(job: Job, slot: number): Promise<Totals> {
  const started = performance.now()
  const [program = '', ...args] = job.argv
  const groups = job.isolated ? createTestGroups(`tscompose-test-${process.pid}-${slot}`) : undefined
  const places = { TEST_CACHE: examplesCache, TEST_HIERARCHIES: groups?.hierarchies.join(' ') ?? '', TEST_GROUP: groups?.name ?? '' }
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...places },
  })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const timer = setTimeout(() => child.kill('SIGKILL'), fileTimeoutMs)
  const code = await new Promise<number | null>((ended) => {
    child.once('error', () => ended(null))
    child.once('close', ended)
  })
  clearTimeout(timer)
  await groups?.remove()
  const totals = readTotals(job, code)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${totals.failed === 0 ? 'ok    ' : 'FAILED'} ${job.name}  ${formatTotals(totals)}  ${seconds} s`)
  for (const title of totals.skipped > 0 ? skippedTitles(job) : []) console.log(`       skipped: ${title}`)
  if (totals.failed > 0) console.log(withoutPassed(Buffer.concat(output).toString('utf8')).trimEnd().replaceAll(/^/gm, '    '))
  return totals
}

/** Some files have hundreds of tests; whoever reads a failure from a cut log must find it first. */
const withoutPassed = (text: string): string => text.replaceAll(/^ +✓ .*\n/gm, '')

/** A file that crashed, ran into the time limit or has no test at all counts as one failure: silence is no success. */
function readTotals(job: Job, code: number | null): Totals {
  let report: Report
  try {
    report = JSON.parse(readFileSync(job.report, 'utf8')) as Report
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  const silent = report.testResults.length === 0 ? 1 : 0
  const counted = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken + silent,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  return code === 0 || counted.failed > 0 ? counted : { ...counted, failed: 1 }
}

/** What was skipped, by its outermost group: the titles say why. */
function skippedTitles(job: Job): readonly string[] {
  const { testResults } = JSON.parse(readFileSync(job.report, 'utf8')) as Report
  const skipped = testResults.flatMap((file) => file.assertionResults).filter(({ status }) => status !== 'passed' && status !== 'failed')
  return [...new Set(skipped.map(({ ancestorTitles, title }) => ancestorTitles.find((name) => name !== '') ?? title))]
}

function formatTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Runs jobs side by side in slots; those of `first` follow each other in the first slot, which then helps with the rest. */
async function runJobs(
  rest: readonly Job[],
  { first = [], slots = 1 }: { readonly first?: readonly Job[]; readonly slots?: number },
): Promise<void> {
  const shared = [...rest]
  const work = async (own: Job[], slot: number): Promise<void> => {
    for (let job = own.shift() ?? shared.shift(); job !== undefined; job = own.shift() ?? shared.shift())
      results.push(await runJob(job, slot))
  }
  await Promise.all(Array.from({ length: slots }, (_, slot) => work(slot === 0 ? [...first] : [], slot)))
}

const words = process.argv.slice(2)
const chosen = projects.filter((project) => words.includes(project))
const parts = words.filter((word) => !projects.some((project) => project === word))
const jobs = (chosen.length === 0 ? projects : chosen).flatMap((project) => jobsOf(project, parts))
const isolated = jobs.filter((job) => job.isolated)
const started = performance.now()
const results: Totals[] = []
try {
  await runJobs(
    jobs.filter((job) => !job.isolated),
    {},
  )
  // The example stacks share their images, so each would only wait for the other.
  await runJobs(
    isolated.filter(({ name }) => !needsOutside(name)),
    { first: isolated.filter(({ name }) => needsOutside(name)), slots: isolatedAtOnce },
  )
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const sum = (key: keyof Totals): number => results.reduce((total, result) => total + result[key], 0)
const totals = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
console.log(`${Math.round((performance.now() - started) / 1000)} s`)
console.log(formatTotals(totals))
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1
