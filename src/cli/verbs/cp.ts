import { resolve } from 'node:path'
import { type CopyEnd, copy, copyDirection, parseCopyEnd } from '../../commands/copy.ts'
import { isSet, number } from '../compose/flags.ts'
import { nameScope } from '../compose/scope.ts'
import { wholeNumber } from '../flags.ts'
import { withInputFile, withOutputFile } from '../output-file.ts'
import type { Invocation, Verb } from '../verb.ts'

export const verb: Verb = {
  title: 'Copying',
  configure: (command) => {
    command
      .usage('[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n       tscompose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH')
      .argument('<SRC_PATH>')
      .argument('<DEST_PATH>')
      .option('--all', 'Include containers created by the run command')
      .option('-a, --archive', 'Archive mode (copy all uid/gid information)')
      .option('-L, --follow-link', 'Always follow symbol link in SRC_PATH')
      .option('--index <number>', 'Index of the container if service has multiple replicas', wholeNumber)
  },
  run: async (invocation) => {
    const { args, flags } = invocation
    const [source = '', destination = ''] = args
    const from = parseCopyEnd(source)
    const to = parseCopyEnd(destination)
    const direction = copyDirection(from, to)
    const index = number(flags, 'index')
    const scope = await nameScope(invocation)
    await withHostPath(invocation, direction === 'in' ? from : to, direction, (hostPath, tar) =>
      copy(scope, {
        ...{ from, to, shown: [source, destination], hostPath, tar },
        ...{ all: isSet(flags, 'all'), followLink: isSet(flags, 'followLink'), archive: isSet(flags, 'archive') },
        ...(index === undefined ? {} : { index }),
      }),
    )
    return 0
  },
}

/** The host's end as an absolute path; what its end says (`/`, `/.`) stays. A stream is a tar in a file of its own. */
async function withHostPath(
  { terminal }: Invocation,
  end: CopyEnd,
  direction: 'in' | 'out',
  work: (path: string, tar: boolean) => Promise<void>,
): Promise<void> {
  const file = 'file' in end ? end.file : ''
  if (file === '-') {
    const withStream = direction === 'in' ? withInputFile : withOutputFile
    return withStream(terminal, undefined, (path) => work(path, true))
  }
  const ending = /(?:^|\/)\.$/.test(file) ? '/.' : file.endsWith('/') ? '/' : ''
  const path = resolve(terminal.cwd, file)
  return work(path === '/' ? path : `${path}${ending}`, false)
}
