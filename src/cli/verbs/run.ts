import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { createOneOff, type RunOptions } from '../../commands/run.ts'
import { exclusive, isSet, list, parseEnv, text } from '../compose/flags.ts'
import { quieted } from '../compose/quiet.ts'
import { upRules } from '../compose/rules.ts'
import { runAttached, startOneOff } from '../compose/run-attached.ts'
import { parsePublish, parseVolume, readEnvFile } from '../compose/run-flags.ts'
import { projectScope } from '../compose/scope.ts'
import { collect } from '../flags.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Creating',
  passThrough: true,
  configure,
  run: async (invocation) => {
    const { flags, args, terminal, root } = invocation
    const [service = ''] = args
    exclusive(isSet(flags, 'servicePorts') && list(flags, 'publish').length > 0, '--service-ports and --publish are incompatible')
    const autoRemove = isSet(flags, 'rm')
    const detach = isSet(flags, 'detach')
    const tty = !detach && flags.TTY !== false && flags.tty !== false && terminal.stdinIsTty && terminal.stdout.isTty
    const scope = quieted(await projectScope(invocation, { services: [service], dependencies: flags.deps !== false }), flags)
    const container = await createOneOff(scope, runOptions(invocation, { service, tty }))
    if (root.dryRun) {
      terminal.stderr.write(` DRY-RUN MODE -  Container ${container.name}  run ${args.slice(1).join(' ')}\n`)
      return 0
    }
    if (detach) {
      await startOneOff(scope.engine, { container: container.id, autoRemove })
      terminal.stdout.write(`${container.id}\n`)
      return 0
    }
    return await runAttached(invocation, scope.engine, { container: container.id, tty, stdin: flags.interactive !== false, autoRemove })
  },
}

function configure(command: Command): void {
  command
    .usage('[OPTIONS] SERVICE [COMMAND] [ARGS...]')
    .argument('<SERVICE>')
    .argument('[COMMAND...]')
    .option('--build', 'Build image before starting container')
    .option('--cap-add <cap>', 'Add Linux capabilities', collect, [])
    .option('--cap-drop <cap>', 'Drop Linux capabilities', collect, [])
    .option('-d, --detach', 'Run container in background and print container ID')
    .option('--entrypoint <command>', 'Override the entrypoint of the image')
    .option('-e, --env <env>', 'Set environment variables', collect, [])
    .option('--env-from-file <file>', 'Set environment variables from file', collect, [])
    .option('-i, --interactive', 'Keep STDIN open even if not attached', true)
    .option('-l, --label <label>', 'Add or override a label', collect, [])
    .option('--name <name>', 'Assign a name to the container')
    .option('--no-deps', "Don't start linked services")
    .option('-T, --no-TTY', 'Disable pseudo-TTY allocation')
    .option('-t, --tty', 'Allocate a pseudo-TTY', true)
    .option('-p, --publish <port>', "Publish a container's port(s) to the host", collect, [])
    .option('--pull <policy>', 'Pull image before running ("always"|"missing"|"never")')
    .option('-q, --quiet', "Don't print anything to STDOUT")
    .option('--quiet-build', 'Suppress progress output from the build process')
    .option('--quiet-pull', 'Pull without printing progress information')
    .option('--remove-orphans', 'Remove containers for services not defined in the Compose file')
    .option('--rm', 'Automatically remove the container when it exits')
    .option('-P, --service-ports', "Run command with all service's ports enabled and mapped to the host")
    .option('--use-aliases', "Use the service's network useAliases in the network(s) the container connects to")
    .option('-u, --user <user>', 'Run as specified username or uid')
    .option('-v, --volume <volume>', 'Bind mount a volume', collect, [])
    .option('-w, --workdir <dir>', 'Working directory inside the container')
}

function runOptions(invocation: Invocation, { service, tty }: { readonly service: string; readonly tty: boolean }): RunOptions {
  const { flags, args, terminal } = invocation
  const [entrypoint, name, user, workingDir] = ['entrypoint', 'name', 'user', 'workdir'].map((flag) => text(flags, flag))
  const fromFiles = list(flags, 'envFromFile').flatMap((path) => readEnvFile(path, terminal.cwd))
  const labels = list(flags, 'label').map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')] as const)
  const detach = isSet(flags, 'detach')
  return {
    service,
    command: args.slice(1),
    ...(entrypoint === undefined ? {} : { entrypoint: entrypoint.split(/\s+/).filter((word) => word !== '') }),
    ...(name === undefined ? {} : { name }),
    slug: randomBytes(6).toString('hex'),
    env: parseEnv([...fromFiles, ...list(flags, 'env')], terminal.env),
    ...(user === undefined ? {} : { user }),
    ...(workingDir === undefined ? {} : { workingDir }),
    labels: Object.fromEntries(labels),
    mounts: list(flags, 'volume').map((volume) => parseVolume(volume, terminal.cwd)),
    ports: list(flags, 'publish').flatMap(parsePublish),
    servicePorts: isSet(flags, 'servicePorts'),
    useAliases: isSet(flags, 'useAliases'),
    tty,
    openStdin: !detach && flags.interactive !== false,
    capAdd: list(flags, 'capAdd'),
    capDrop: list(flags, 'capDrop'),
    autoRemove: isSet(flags, 'rm'),
    rules: { ...upRules(invocation, [service]), ignoreOrphans: true },
  }
}
