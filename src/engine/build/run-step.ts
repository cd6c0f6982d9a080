import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import type * as api from '../api.ts'
import type { BuildRun } from './build-run.ts'
import { layerKey } from './cache.ts'
import type { CommandForm, Instruction } from './dockerfile/instruction.ts'
import { placeAt } from './dockerfile/lines.ts'
import { dockerfileError } from './dockerfile/source.ts'
import { requireRunnable } from './foreign-platform.ts'
import { makeLayer } from './layer.ts'
import { commandLine } from './metadata.ts'
import type { MountContext, StepMount } from './mount-options.ts'
import type { StepProgress } from './progress.ts'
import { pruneUpper } from './prune-upper.ts'
import { expandMount, mountFacts, prepareMounts } from './run-mounts.ts'
import { expandAt } from './stages.ts'
import { type LayerResult, lookupIn, type StageState, stepEnvironment } from './state.ts'
import { findStubs } from './stubs.ts'

/** Arguments every RUN may use without ARG, in either case; they are no part of the cache key or the history. */
const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY']

export interface RunParams {
  readonly instruction: Instruction<'RUN'>
  readonly progress: StepProgress
  readonly source: MountContext['source']
}

/** Runs RUN in a container of its own on top of the stage; returns the layer and the words the history has for it. */
export async function runStep(
  run: BuildRun,
  state: StageState,
  { instruction, progress, source }: RunParams,
): Promise<{ readonly layer: LayerResult & { readonly cached: boolean }; readonly createdBy: string }> {
  const lookup = lookupIn(state)
  const mounts = instruction.mounts.map((mount) => expandMount(mount, (text) => expandAt(run.source, instruction, text, { lookup })))
  const workingDir = state.config.WorkingDir || '/'
  const context: MountContext = { source, workingDir }
  const { command, script } = withHeredocs(instruction)
  const args = commandLine(state, command)
  const env = stepEnvironment(state)
  const network = instruction.network ?? run.spec.network ?? 'default'
  const user = state.config.User ?? ''
  const { insecure = false } = instruction
  if (instruction.network === 'host' && run.spec.network !== 'host') requireEntitlement(run.spec, 'network.host', 'RUN --network=host')
  if (insecure) requireEntitlement(run.spec, 'security.insecure', 'RUN --security=insecure')
  const facts = { step: 'RUN', parent: state.chainId, args, script: script?.content, env, workingDir, user, network, insecure }
  const layer = await makeLayer(run, state, {
    keys: [async () => layerKey({ ...facts, mounts: await mountFacts(run, mounts, context) })],
    change: async (rootfs, key) => {
      requireRunnable(state.platform)
      const prepared = await prepareMounts(run, mounts, context)
      const scripts = await scriptMounts(run, script)
      const stubs = findStubs(
        rootfs.merged,
        prepared.mounts.map(({ target }) => target),
      )
      const running = withLocks(run, prepared.locks, () =>
        run.deps.runner.run({
          key,
          rootfs: rootfs.merged,
          args,
          env: [...env, ...proxies(run.spec.args ?? {}, env), ...prepared.env],
          workingDir,
          user,
          network,
          hostname: 'buildkitsandbox',
          ...(insecure ? { privileged: true } : {}),
          ...(run.spec.extraHosts === undefined ? {} : { extraHosts: run.spec.extraHosts }),
          ...(run.spec.shmSize === undefined ? {} : { shmSize: run.spec.shmSize }),
          ...(run.spec.ulimits === undefined ? {} : { ulimits: run.spec.ulimits }),
          mounts: [...prepared.mounts, ...scripts],
          onOutput: ({ data }) => progress.output(data),
          signal: run.signal,
        }),
      )
      const { exitCode } = await running.finally(prepared.release)
      if (exitCode !== 0) throw stepFailed(run, instruction, { exitCode, args, tail: progress.tail() })
      stubs.remove()
      return () => pruneUpper(rootfs.upper, stubs.touched)
    },
  })
  return {
    layer,
    createdBy: createdBy(
      args,
      [...state.args.keys()].map((name) => `${name}=${lookup(name) ?? ''}`),
    ),
  }
}

/** What lets a file reach out of its sandbox must be allowed by whoever builds it. */
function requireEntitlement({ entitlements = [] }: api.BuildSpec, name: string, words: string): void {
  if (entitlements.includes(name)) return
  throw new TscomposeError('invalid', 'ENTITLEMENT_MISSING', `${words} is not allowed for this build`, {
    hint: `if you trust the file: build.entitlements: [${name}], or image build --allow ${name}`,
  })
}

interface Script {
  readonly name: string
  readonly content: string
}

/** The command with its here-documents: one alone is the script, else the shell reads them. */
function withHeredocs({ command, heredocs }: Instruction<'RUN'>): { readonly command: CommandForm; readonly script?: Script } {
  const [only] = heredocs
  if (only === undefined || command.form === 'exec') return { command }
  if (heredocs.length === 1 && /^\d*<<-?["']?[^\s"']+["']?$/.test(command.text.trim())) {
    const content = only.chomp ? only.content.replace(/^\t+/gm, '') : only.content
    if (!content.startsWith('#!')) return { command: { form: 'shell', text: content } }
    // A script with an interpreter of its own is a program.
    return { command: { form: 'shell', text: `${scriptDirectory}/${only.name}` }, script: { name: only.name, content } }
  }
  const text = [command.text, ...heredocs.map(({ content, terminator }) => `${content}${terminator}`)].join('\n')
  return { command: { form: 'shell', text } }
}

/** Where scripts with an interpreter line are mounted; /dev is no part of any layer. */
const scriptDirectory = '/dev/pipes'

async function scriptMounts(run: BuildRun, script: Script | undefined): Promise<readonly StepMount[]> {
  if (script === undefined) return []
  const source = join(await mkdtemp(join(await run.scratch(), 'script-')), 'script')
  await writeFile(source, script.content)
  await chmod(source, 0o755)
  return [{ type: 'bind', source, target: `${scriptDirectory}/${script.name}`, readOnly: true }]
}

function hasName(env: readonly string[], entry: string): boolean {
  const name = entry.slice(0, entry.indexOf('=') + 1)
  return env.some((other) => other.startsWith(name))
}

/** Programs disagree on the case of these names, so each is given in both. */
function proxies(args: Readonly<Record<string, string>>, env: readonly string[]): string[] {
  return proxyNames.flatMap((name) => {
    const value = args[name] ?? args[name.toLowerCase()]
    return value === undefined
      ? []
      : [name, name.toLowerCase()].filter((each) => !hasName(env, `${each}=`)).map((each) => `${each}=${value}`)
  })
}

async function withLocks<T>(run: BuildRun, locks: readonly string[], work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = locks
  return first === undefined ? work() : run.lock(`cache-mount ${first}`, () => withLocks(run, rest, work))
}

function createdBy(args: readonly string[], declared: readonly string[]): string {
  const prefix = declared.length === 0 ? '' : `|${declared.length} ${declared.join(' ')} `
  return `RUN ${prefix}${args.join(' ')} # buildkit`
}

function stepFailed(
  run: BuildRun,
  instruction: Instruction<'RUN'>,
  { exitCode, args, tail }: { readonly exitCode: number; readonly args: readonly string[]; readonly tail: readonly string[] },
): TscomposeError {
  const error = dockerfileError(run.source, placeAt(instruction.line, 0), {
    code: 'BUILD_STEP_FAILED',
    message: `RUN failed with exit code ${exitCode}${exitCode === 127 ? ' (command not found)' : ''}: ${shortened(args.at(-1) ?? '')}`,
  })
  if (tail.length === 0) return error
  return new TscomposeError(error.kind, error.code, `${error.message}\n${tail.map((line) => `      > ${line}`).join('\n')}`, {
    ...(error.position === undefined ? {} : { position: error.position }),
    hint: 'the lines above are the end of its output',
  })
}

function shortened(text: string): string {
  const line = text.trim().split('\n')[0] ?? ''
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}
