import { Option } from 'commander'
import { TscomposeError } from '../../base/errors.ts'
import { build, checkBuilds } from '../../commands/pull.ts'
import { printWarnings, sshFlags, warnOfAttestations } from '../compose/build-flags.ts'
import { isSet, list, parseEnv, services, text } from '../compose/flags.ts'
import { callersAgent } from '../compose/rules.ts'
import { projectScope } from '../compose/scope.ts'
import { collect } from '../flags.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Building',
  builds: true,
  configure: (command) => {
    command
      .usage('[OPTIONS] [SERVICE...]')
      .argument('[SERVICE...]')
      .option('--builder <name>', 'Set builder to use; there is one only')
      .option('--build-arg <arg>', 'Set build-time variables for services', collect, [])
      .option('--check', 'Check the Dockerfiles and build nothing')
      .option('-m, --memory <bytes>', 'Set memory limit for the build container; has no effect, as with BuildKit')
      .option('--no-cache', 'Do not use cache when building the image')
      .option('--print', 'Print equivalent bake file')
      .option('--provenance <value>', 'Add a provenance attestation; has no effect here')
      .option('--pull', 'Always attempt to pull a newer version of the image')
      .option('--push', 'Push service images')
      .option('-q, --quiet', 'Suppress the build output')
      .option('--sbom <value>', 'Add a SBOM attestation; has no effect here')
      .option('--ssh <id>', 'SSH agents or keys for the build: default, ID=SOCKET or ID=KEY', collect, [])
      .option('--with-dependencies', 'Also build dependencies (transitively)')
      .addOption(new Option('--progress <type>', 'As before the verb').hideHelp())
  },
  run: async (invocation) => {
    const { flags, args, terminal } = invocation
    refuseUnknown(flags)
    warnOfAttestations(invocation)
    const withDependencies = isSet(flags, 'withDependencies')
    const scope = await projectScope(invocation, { services: args, dependencies: withDependencies })
    const command = {
      ...(withDependencies ? {} : services(args)),
      options: {
        ...(flags.cache === false ? { noCache: true } : {}),
        ...(isSet(flags, 'pull') ? { pull: true } : {}),
        args: parseEnv(list(flags, 'buildArg'), terminal.env),
        ssh: sshFlags(list(flags, 'ssh')),
        ...callersAgent(terminal.env),
        everyPlatform: true,
      },
    }
    if (isSet(flags, 'check')) return printWarnings(await checkBuilds(scope, command), terminal)
    const built = await build({ ...scope, ...(isSet(flags, 'quiet') ? { sink: () => {} } : {}) }, command)
    if (isSet(flags, 'push') && !invocation.root.dryRun) for (const reference of built) await scope.engine.images.push({ reference })
    if (built.length === 0) scope.warn('no services to build')
    return 0
  },
}

/** What another builder could do. */
function refuseUnknown(flags: Invocation['flags']): void {
  if (isSet(flags, 'print')) {
    throw new TscomposeError('unsupported', 'NO_BAKE', '--print: there is no bake file, the builder reads the project itself', {
      hint: 'see what is built with: tscompose config',
    })
  }
  const builder = text(flags, 'builder')
  if (builder !== undefined && builder !== '' && builder !== 'default') {
    throw new TscomposeError('unsupported', 'NO_BUILDER', `there is no builder "${builder}": the engine builds itself`, {
      hint: 'leave --builder out',
    })
  }
}
