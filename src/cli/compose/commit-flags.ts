import type { Command } from 'commander'
import type { Engine } from '../../engine/api.ts'
import { collect } from '../flags.ts'
import { list, text } from './flags.ts'

/** Flags of commits by service and by container. */
export function declareCommitFlags(command: Command): Command {
  return command
    .option('-a, --author <author>', 'Who made the image (e.g., "Ada <ada@example.com>")')
    .option('-c, --change <line>', 'Apply Dockerfile instruction to the created image', collect, [])
    .option('-m, --message <text>', 'Commit message')
    .option('-p, --pause', 'Pause container during commit', true)
}

/** What they say, but for container and name. */
export function commitOptions(flags: Readonly<Record<string, unknown>>): Omit<Parameters<Engine['images']['commit']>[0], 'container'> {
  const author = text(flags, 'author')
  const message = text(flags, 'message')
  return {
    changes: list(flags, 'change'),
    pause: flags.pause !== false,
    ...(author === undefined ? {} : { author }),
    ...(message === undefined ? {} : { message }),
  }
}
