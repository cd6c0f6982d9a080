import { endBackgroundWatch, startBackgroundWatch } from '../../daemon/watch-registry.ts'
import type { Invocation, RootFlags } from '../verb.ts'
import type { ProjectScope } from './scope.ts'

/** Leaves a watch behind that goes on when the terminal is gone, in place of one that runs already. */
export async function startBackground({ root, args, terminal }: Invocation, { project }: ProjectScope): Promise<void> {
  await endBackgroundWatch(project.name)
  const env = Object.fromEntries(Object.entries(terminal.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const pid = await startBackgroundWatch({
    project: project.name,
    argv: [...rootArguments(root), '--progress', 'plain', 'watch', '--no-up', '--background', ...args],
    cwd: terminal.cwd,
    env,
    script: process.argv[1] ?? '',
  })
  terminal.stderr.write(`Watch runs in the background (pid ${pid}); tscompose watch --status tells about it\n`)
}

/** The flags that say which project it is. */
function rootArguments({ files, projectName, profiles, envFiles, projectDirectory }: RootFlags): readonly string[] {
  const each = (flag: string, values: readonly string[]): readonly string[] => values.flatMap((value) => [flag, value])
  return [
    ...each('-f', files),
    ...each('-p', projectName === undefined ? [] : [projectName]),
    ...each('--profile', profiles),
    ...each('--env-file', envFiles),
    ...each('--project-directory', projectDirectory === undefined ? [] : [projectDirectory]),
  ]
}
