import { hostPlatform } from '../../oci/platform.ts'
import type * as api from '../api.ts'
import { type CheckResult, checkDockerfile } from './check/check.ts'
import type { BuilderDeps } from './deps.ts'
import type { Dockerfile } from './dockerfile/parse.ts'
import { dockerfileError } from './dockerfile/source.ts'
import { stageOptions } from './options.ts'

/** Checks a parsed Dockerfile against the rules, with what is known here of its base images. */
export async function findWarnings(
  deps: Pick<BuilderDeps, 'images'>,
  { dockerfile, spec, ignore }: { readonly dockerfile: Dockerfile; readonly spec: api.BuildSpec; readonly ignore: readonly string[] },
): Promise<CheckResult & { readonly warnings: readonly api.BuildWarning[] }> {
  const host = hostPlatform(process.arch)
  const options = stageOptions(spec, host)
  const result = await checkDockerfile(dockerfile, {
    args: options.args,
    platformArgs: options.platformArgs,
    ignore,
    expectedPlatform: (spec.platforms ?? []).length > 0 ? undefined : host,
    baseImage: async (reference) => {
      const found = await deps.images.resolve(reference).catch(() => undefined)
      return found === undefined ? undefined : { config: found.config.config ?? {}, platform: found.config }
    },
  })
  return { ...result, warnings: result.findings.map((found) => ({ ...found, file: dockerfile.source.name })) }
}

/** Rejects CHECK_FAILED where the file says that findings are errors. */
export async function refuseFailingChecks(
  deps: Pick<BuilderDeps, 'images'>,
  params: { readonly dockerfile: Dockerfile; readonly spec: api.BuildSpec; readonly ignore: readonly string[] },
): Promise<void> {
  if (!/error\s*=\s*true/i.test(params.dockerfile.directives.check ?? '')) return
  const { failing, findings } = await findWarnings(deps, params)
  const [first] = findings
  if (!failing || first === undefined) return
  throw dockerfileError(
    params.dockerfile.source,
    { line: first.line, column: 1 },
    {
      code: 'CHECK_FAILED',
      message: `${first.rule}: ${first.detail}`,
      hint: 'the file says `# check=error=true`; tscompose image build --check shows all findings',
    },
  )
}
