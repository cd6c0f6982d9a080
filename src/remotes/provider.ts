import { hasCode, TscomposeError } from '../base/errors.ts'
import { findExecutable, lastLines, run } from '../sys/process.ts'

/*
 * A provider service is a program beside us (protocol: docs/extension.md of docker compose): called as `PROGRAM compose
 * --project-name=P up|down --OPTION=VALUE… SERVICE`, it answers with a JSON object a line: info, debug, error, setenv.
 */

export interface ProviderCall {
  readonly command: 'up' | 'down'
  readonly projectName: string
  readonly service: string
  readonly type: string
  readonly options: Readonly<Record<string, readonly string[]>>
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly onInfo: (message: string) => void
}

interface Parameter {
  readonly name: string
  readonly required: boolean
}

/**
 * Runs a provider to its end; returns the variables it set. Rejects PROVIDER_NOT_FOUND, PROVIDER_PARAMETER (a required
 * option is missing), PROVIDER_ANSWER (a line that is not of the protocol), PROVIDER_FAILED.
 */
export async function callProvider(call: ProviderCall): Promise<Readonly<Record<string, string>>> {
  const program = findProgram(call)
  const options = chosenOptions(call, await parametersOf(call, program))
  const variables: Record<string, string> = {}
  let failure: TscomposeError | undefined
  const onLine = (line: string, stream: 'stdout' | 'stderr'): void => {
    if (stream === 'stderr' || line.trim() === '') return
    const { type, message } = parseAnswer(call, line)
    if (type === 'info') call.onInfo(message)
    if (type === 'error') failure ??= failed(call, message)
    if (type !== 'setenv') return
    const equals = message.indexOf('=')
    if (equals <= 0) failure ??= wrongAnswer(call, line)
    else variables[message.slice(0, equals)] = message.slice(equals + 1)
  }
  const guarded = (line: string, stream: 'stdout' | 'stderr'): void => {
    try {
      onLine(line, stream)
    } catch (error) {
      failure ??= error as TscomposeError
    }
  }
  const args = ['compose', `--project-name=${call.projectName}`, call.command, ...options, call.service]
  const { exitCode, stderr } = await run(program, args, { ...surroundings(call), accept: 'any', onLine: guarded })
  if (failure !== undefined) throw failure
  if (exitCode === 0) return variables
  const said = lastLines(stderr, 5)
  throw failed(call, `it exited with ${exitCode}${said === '' ? '' : `: ${said}`}`)
}

function surroundings({
  cwd,
  env,
  projectName,
  signal,
}: ProviderCall): Pick<NonNullable<Parameters<typeof run>[2]>, 'cwd' | 'env' | 'signal'> {
  return { cwd, env: { ...env, COMPOSE_PROJECT_NAME: projectName }, ...(signal === undefined ? {} : { signal }) }
}

/** Path of `docker-TYPE`, as a plugin of docker's command line is called, or of TYPE. */
function findProgram(call: ProviderCall): string {
  if (call.type === 'compose') throw notFound(call, "a provider cannot be 'compose' itself")
  const found = findExecutable(`docker-${call.type}`, call.env.PATH) ?? findExecutable(call.type, call.env.PATH)
  if (found === undefined) throw notFound(call, `there is no program ${call.type} on the PATH`)
  return found
}

/** What `compose metadata` says the command takes; undefined where the program knows no metadata: everything is passed then. */
async function parametersOf(call: ProviderCall, program: string): Promise<readonly Parameter[] | undefined> {
  let text: string
  try {
    text = (await run(program, ['compose', 'metadata'], { ...surroundings(call), timeout: 30_000 })).stdout
  } catch (error) {
    if (hasCode(error, 'CANCELED')) throw error
    return undefined
  }
  const metadata = parseObject(text)
  if (metadata === undefined || Object.keys(metadata).length === 0) return undefined
  const command = metadata[call.command]
  const parameters = typeof command === 'object' && command !== null ? (command as Record<string, unknown>).parameters : undefined
  if (!Array.isArray(parameters)) return []
  return parameters.flatMap((parameter: unknown) => {
    const { name, required } = (parameter ?? {}) as Record<string, unknown>
    return typeof name === 'string' ? [{ name, required: required === true }] : []
  })
}

function chosenOptions(call: ProviderCall, parameters: readonly Parameter[] | undefined): readonly string[] {
  const missing = parameters?.find(({ name, required }) => required && call.options[name] === undefined)
  if (missing !== undefined) {
    throw new TscomposeError(
      'invalid',
      'PROVIDER_PARAMETER',
      `services.${call.service}.provider: the option "${missing.name}" is required by ${call.type}`,
      { hint: `add it below services.${call.service}.provider.options` },
    )
  }
  const known = parameters === undefined ? undefined : new Set(parameters.map(({ name }) => name))
  return Object.entries(call.options)
    .filter(([name]) => known?.has(name) ?? true)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value) => `--${name}=${value}`))
}

function parseAnswer(call: ProviderCall, line: string): { readonly type: string; readonly message: string } {
  const { type, message } = parseObject(line) ?? {}
  const known = typeof type === 'string' && ['info', 'error', 'setenv', 'debug'].includes(type)
  if (!known || typeof message !== 'string') throw wrongAnswer(call, line)
  return { type, message }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function notFound({ service, type }: ProviderCall, why: string): TscomposeError {
  return new TscomposeError('not-found', 'PROVIDER_NOT_FOUND', `services.${service}.provider: ${why}`, {
    hint: `install ${type}, or leave the service out with a profile`,
  })
}

function wrongAnswer({ service, type }: ProviderCall, line: string): TscomposeError {
  const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line
  return new TscomposeError(
    'invalid',
    'PROVIDER_ANSWER',
    `provider ${type} of service ${service} gave an answer that is not of the protocol: ${shown}`,
    {
      hint: 'it has to print lines such as {"type": "info", "message": "…"}',
    },
  )
}

function failed({ service, type, command }: ProviderCall, why: string): TscomposeError {
  return new TscomposeError('unavailable', 'PROVIDER_FAILED', `provider ${type} could not bring service ${service} ${command}: ${why}`, {
    target: service,
  })
}
