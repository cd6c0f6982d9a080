import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TscomposeError } from '../../../base/errors.ts'
import type { BuildSpec } from '../../../engine/api.ts'
import { printWarnings, sshFlags, warnOfAttestations } from '../../compose/build-flags.ts'
import { collect } from '../../flags.ts'
import type { Terminal } from '../../terminal.ts'
import type { Verb } from '../../verb.ts'

export const verb: Verb = {
  unplanned: true,
  builds: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] PATH | URL | -')
      .argument('<path>')
      .option('--add-host <host:ip>', 'Add a host to the steps, as host:ip', collect, [])
      .option('--allow <entitlement>', 'What RUN may do: network.host, security.insecure', collect, [])
      .option('--build-arg <name=value>', 'Set a build-time variable', collect, [])
      .option('--build-context <name=value>', 'Additional build context', collect, [])
      .option('--cache-from <source>', 'Where layers of earlier builds may be found', collect, [])
      .option('--cache-to <target>', 'Where to put the layers for later builds', collect, [])
      .option('--check', 'Check the Dockerfile and build nothing')
      .option('-f, --file <file>', 'Name of the Dockerfile (default: PATH/Dockerfile)')
      .option('--label <name=value>', 'Set metadata for the image', collect, [])
      .option('--network <mode>', 'Networking of RUN instructions: default, none or host')
      .option('--no-cache', 'Do not use the cache')
      .option('--no-cache-filter <stage>', 'Stages that do not use the cache', collect, [])
      .option('--platform <platform>', 'Target platform, or several separated by commas')
      .option('--progress <type>', 'Set type of progress output (auto, tty, plain, json, quiet)')
      .option('--provenance <value>', 'Add a provenance attestation; has no effect here')
      .option('--pull', 'Look for newer versions of the base images')
      .option('-q, --quiet', 'Print only the image ID')
      .option('--sbom <value>', 'Add a SBOM attestation; has no effect here')
      .option('--secret <secret>', 'Secret for the build: id=ID,src=FILE or id=ID,env=NAME', collect, [])
      .option('--ssh <id>', 'SSH agent or key for the build: default, ID=SOCKET or ID=KEY', collect, [])
      .option('-t, --tag <name>', 'Name and optionally tag of the image', collect, [])
      .option('--target <stage>', 'Stop at this build stage')
  },
  run: async ({ args, flags, connect, reporter, signal, terminal }) => {
    warnOfAttestations({ flags, terminal })
    const [path = '.'] = args
    const text = (name: string): string | undefined => flags[name] as string | undefined
    const file = text('file')
    const target = text('target')
    const platform = text('platform')
    const network = text('network')
    const progress = flags.quiet === true ? undefined : reporter()
    const engine = await connect()
    const { context, close } = await openContext(path, terminal.cwd)
    const spec: BuildSpec = {
      context,
      tags: flags.tag as readonly string[],
      args: buildArgs(flags.buildArg as readonly string[], terminal.env),
      labels: pairs('--label', flags.label as readonly string[]),
      noCache: flags.cache === false,
      pull: flags.pull === true,
      entitlements: flags.allow as readonly string[],
      noCacheFilter: flags.noCacheFilter as readonly string[],
      extraHosts: flags.addHost as readonly string[],
      additionalContexts: namedContexts(flags.buildContext as readonly string[], terminal.cwd),
      cacheFrom: flags.cacheFrom as readonly string[],
      cacheTo: flags.cacheTo as readonly string[],
      secrets: (flags.secret as readonly string[]).map((word) => secretOf(word, terminal)),
      ssh: agents(flags.ssh as readonly string[], terminal),
      ...(file === undefined ? {} : { dockerfile: isForeign(path) ? file : resolve(terminal.cwd, file) }),
      ...(target === undefined ? {} : { target }),
      ...(platform === undefined ? {} : { platforms: platform.split(',') }),
      ...(network === undefined ? {} : { network }),
    }
    const call = { signal, ...(progress === undefined ? {} : { sink: progress.sink }) }
    if (flags.check === true) return printWarnings((await engine.images.checkBuild(spec, { signal }).finally(close)).warnings, terminal)
    const image = await engine.images.build(spec, call).finally(close)
    progress?.end()
    terminal.stdout.write(`${image.id}\n`)
    return 0
  },
}

/** True for contexts that are no directory of this machine. */
function isForeign(path: string): boolean {
  return path === '-' || /^(?:https?|git|ssh):\/\/|^git@|^github\.com\//.test(path)
}

/** `-` is an archive or a lone Dockerfile on standard input; the engine reads it from a file. */
async function openContext(path: string, cwd: string): Promise<{ readonly context: string; readonly close: () => Promise<void> }> {
  if (path !== '-') return { context: isForeign(path) ? path : resolve(cwd, path), close: async () => undefined }
  const directory = await mkdtemp(join(tmpdir(), 'tscompose-context-'))
  const close = (): Promise<void> => rm(directory, { recursive: true, force: true })
  try {
    await pipeline(createReadStream('/dev/stdin'), createWriteStream(join(directory, 'context')))
  } catch (error) {
    await close()
    throw error
  }
  return { context: join(directory, 'context'), close }
}

function namedContexts(words: readonly string[], cwd: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(pairs('--build-context', words)).map(([name, value]) => [name, contextOf(value, cwd)]))
}

function contextOf(value: string, cwd: string): string {
  if (value.startsWith('oci-layout://')) return `oci-layout://${resolve(cwd, value.slice('oci-layout://'.length))}`
  return isForeign(value) || value.startsWith('docker-image://') ? value : resolve(cwd, value)
}

function agents(words: readonly string[], { env, cwd }: Pick<Terminal, 'env' | 'cwd'>): NonNullable<BuildSpec['ssh']> {
  return Object.entries(sshFlags(words)).flatMap(([id, given]) => {
    const path = given === '' ? env.SSH_AUTH_SOCK : resolve(cwd, given)
    return path === undefined ? [] : [{ id, path }]
  })
}

/** `id=ID,src=FILE`, `id=ID,env=NAME`; without either the variable or the file called as the id. */
function secretOf(word: string, { env, cwd }: Pick<Terminal, 'env' | 'cwd'>): NonNullable<BuildSpec['secrets']>[number] {
  const fields = new Map(word.split(',').map((field) => [field.split('=')[0] ?? '', field.slice(field.indexOf('=') + 1)]))
  const id = fields.get('id')
  if (id === undefined) throw new TscomposeError('invalid', 'USAGE', `--secret takes id=ID,src=FILE or id=ID,env=NAME, not "${word}"`)
  const file = fields.get('src') ?? fields.get('source')
  const value = env[fields.get('env') ?? id]
  if (file !== undefined || value === undefined) return { id, path: resolve(cwd, file ?? id) }
  return { id, value }
}

/** `NAME` alone takes the value from the environment, and is left out where it has none. */
function buildArgs(words: readonly string[], env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const entries = words.flatMap((word) => {
    const at = word.indexOf('=')
    const value = at === -1 ? env[word] : word.slice(at + 1)
    return value === undefined ? [] : [[at === -1 ? word : word.slice(0, at), value]]
  })
  return Object.fromEntries(entries)
}

function pairs(flag: string, words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new TscomposeError('invalid', 'USAGE', `${flag} takes NAME=VALUE, not "${word}"`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
