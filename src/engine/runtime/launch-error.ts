import { TscomposeError } from '../../base/errors.ts'

export interface LaunchSubject {
  readonly name: string
  readonly image: string
  readonly args: readonly string[]
}

const notFound =
  /executable file (?:.* )?not found|no such file or directory.*(exec|command)|exec(?:utable)?[^:]*: .*no such file or directory/i
const notExecutable = /permission denied|exec format error|not executable|is a directory|operation not permitted/i
/** crun from 1.15 on, of a directory. */
const notRegular = /^the path `.*` is not a regular file/i

/** Gives what the runtime said the name of what went wrong; exit codes 127 and 126 are a shell's. */
export function launchError(message: string, { name, image, args }: LaunchSubject): TscomposeError {
  const program = args[0] === '/sbin/docker-init' ? args[2] : args[0]
  const said = message.replace(/^(?:Error: )?(?:crun|runc): /, '').trim()
  const target = `container ${name}`
  if (notFound.test(said)) {
    return new TscomposeError('invalid', 'COMMAND_NOT_FOUND', `command ${JSON.stringify(program)} is not in image ${image}`, {
      target,
      hint: 'check command: and entrypoint:, and that the program is installed in the image',
    })
  }
  if (notRegular.test(said) || (/exec/i.test(said) && notExecutable.test(said))) {
    return new TscomposeError(
      'invalid',
      'COMMAND_NOT_EXECUTABLE',
      `command ${JSON.stringify(program)} in image ${image} cannot be executed`,
      {
        target,
        hint: 'make it executable (chmod +x), and check that it is built for this machine and that its #! interpreter exists',
      },
    )
  }
  return new TscomposeError('unavailable', 'RUNTIME_FAILED', `cannot create container ${name}: ${said}`, { target })
}

/** Exit code a container keeps when it could not be started. */
export function launchExitCode(error: unknown): number {
  if (!(error instanceof TscomposeError)) return 128
  if (error.code === 'COMMAND_NOT_FOUND') return 127
  return error.code === 'COMMAND_NOT_EXECUTABLE' ? 126 : 128
}
