import { TscomposeError } from '../../base/errors.ts'
import { bindMounts, publishedFiles } from '../../commands/publish.ts'
import { push } from '../../commands/push.ts'
import { composeVersion } from '../../converge/labels.ts'
import { confirm } from '../compose/confirm.ts'
import { isSet, text } from '../compose/flags.ts'
import { loadWithFiles, projectScope } from '../compose/scope.ts'
import { oneOf } from '../flags.ts'
import type { Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Publishing',
  configure: (command) => {
    command
      .usage('[OPTIONS] REPOSITORY[:TAG]')
      .argument('<REPOSITORY>')
      .option('--app', 'Published compose application (includes referenced images)')
      .option('--oci-version <version>', 'OCI image/artifact specification version', oneOf(['1.0', '1.1']), '1.1')
      .option('--resolve-image-digests', 'Pin image tags to digests')
      .option('--with-env', 'Include environment variables in the published OCI artifact')
      .option('-y, --yes', 'Assume "yes" as answer to all prompts')
  },
  run: async (invocation) => {
    const { args, flags, root, terminal, signal, reporter } = invocation
    const [reference = ''] = args
    if (isSet(flags, 'app')) {
      throw new TscomposeError('unsupported', 'NO_APP', 'images are not put into the artifact here', {
        hint: 'push them (tscompose push) and leave --app out: whoever runs the project pulls them',
      })
    }
    const { project, files } = await loadWithFiles(invocation, {})
    const { createDigestResolver } = await import('../../remotes/image-digest.ts')
    const resolving = isSet(flags, 'resolveImageDigests') ? { resolveDigest: createDigestResolver({ env: terminal.env, signal }) } : {}
    const published = await publishedFiles(project, { files, withEnvironment: isSet(flags, 'withEnv'), ...resolving })
    const binds = bindMounts(project)
    const question = `The project mounts files of this host, which others do not have:\n${binds.join('\n')}\nPublish it all the same?`
    if (binds.length > 0 && !isSet(flags, 'yes') && !(await confirm(invocation, question))) {
      throw new TscomposeError(
        'denied',
        'NOT_CONFIRMED',
        `nothing is published: the project mounts files of this host\n${binds.join('\n')}`,
        {
          hint: 'say --yes to publish it all the same',
        },
      )
    }
    if (!root.dryRun) await push(await projectScope(invocation), { ignoreFailures: true })
    const target = { kind: 'project', name: reference } as const
    reporter().sink({ target, verb: 'publishing', phase: 'start' })
    if (!root.dryRun) {
      const { publishArtifact } = await import('../../remotes/publish.ts')
      const ociVersion = text(flags, 'ociVersion') === '1.0' ? '1.0' : '1.1'
      await publishArtifact({ reference, files: published, ociVersion, version: composeVersion, env: terminal.env, signal })
    }
    reporter().sink({ target, verb: 'published', phase: 'done' })
    return 0
  },
}
