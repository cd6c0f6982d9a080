import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import { lstatIfThere } from '../../base/lstat.ts'
import { serviceOf } from '../../converge/labels.ts'
import type { ContainerSummary } from '../../engine/api.ts'
import type { WatchRule } from '../../project/model.ts'
import { isSync, type ServiceRule, targetOf } from '../../watch/rules.ts'
import { callContext, findContainers } from '../scope.ts'
import type { WatchRun } from './run.ts'

/*
 * Generated files from the container to the host: `x-sync-back` of a sync rule names them. The rules:
 * - The host wins. A file that changed on both sides since they last agreed stays as it is on the host and goes into the
 *   container again; at the start, what the host has stays.
 * - Only a file the host lacks, or has not touched since the sides agreed, is taken. Deletions never come back.
 * - What is taken is no change of the host: it starts no action, so nothing can go round in circles. Other replicas get it.
 */

/** How the two sides were when they last agreed. */
interface Agreement {
  readonly host: string | undefined
  readonly container: string | null
}

export interface SyncBack {
  /** Looks once at every file; `expect` is told before the host's watcher could take a file of ours for a change. */
  poll(run: WatchRun, expect: (path: string) => void): Promise<void>
}

/** The files a rule wants back, relative to its path. Throws INVALID_SYNC_BACK. */
export function syncBackFiles(service: string, rule: WatchRule): readonly string[] {
  const value = rule['x-sync-back']
  if (value === undefined) return []
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  const isName = (name: unknown): name is string =>
    typeof name === 'string' && name !== '' && !name.startsWith('/') && !/[*?[\0]/.test(name) && !name.split('/').includes('..')
  if (isSync(rule) && names.every(isName)) return names.map((name) => join('.', name))
  throw new TscomposeError('invalid', 'INVALID_SYNC_BACK', `services.${service}.develop.watch: x-sync-back names no files of a sync rule`, {
    hint: 'list files relative to `path` of a rule whose action is sync, sync+restart or sync+exec, without patterns',
  })
}

/** Whether any rule wants files back. */
export function wantsSyncBack(rules: readonly ServiceRule[]): boolean {
  return rules.some(({ service, rule }) => syncBackFiles(service, rule).length > 0)
}

interface BackFile {
  readonly host: string
  readonly target: string
  /** `path` of the rule: nothing is written elsewhere. */
  readonly root: string
}

export function createSyncBack(): SyncBack {
  const agreed = new Map<string, Agreement>()
  return {
    poll: async (run, expect) => {
      const services = new Set(run.rules.map(({ service }) => service))
      for (const service of services) {
        const files = filesOf(run, service)
        if (files.length === 0) continue
        const containers = (await findContainers(run.scope)).filter(
          (each) => serviceOf(each) === service && each.state.status === 'running',
        )
        const [first, ...others] = containers.sort((a, b) => (a.name < b.name ? -1 : 1))
        if (first !== undefined) await pollContainer({ run, expect, agreed, others }, first, files)
      }
    },
  }
}

function filesOf({ rules }: WatchRun, service: string): readonly BackFile[] {
  return rules
    .filter((each) => each.service === service)
    .flatMap(({ rule }) =>
      syncBackFiles(service, rule).map((name) => {
        const host = join(rule.path, name)
        return { host, target: targetOf(rule, host), root: rule.path }
      }),
    )
}

interface Poll {
  readonly run: WatchRun
  readonly expect: (path: string) => void
  readonly agreed: Map<string, Agreement>
  readonly others: readonly ContainerSummary[]
}

async function pollContainer(poll: Poll, container: ContainerSummary, files: readonly BackFile[]): Promise<void> {
  const { scope } = poll.run
  const paths = files.map(({ target }) => target)
  const { tokens } = await scope.engine.containers.fileTokens({ container: container.id, paths }, callContext(scope))
  for (const [index, file] of files.entries()) {
    const key = `${container.id}\0${file.host}`
    const token = tokens[index] ?? null
    const before = poll.agreed.get(key)
    const host = signatureOf(file.host)
    if (token === null || (before !== undefined && before.container === token)) {
      if (token === null) poll.agreed.set(key, { host, container: null })
      continue
    }
    if (await take(poll, { container, file, before, token })) poll.agreed.set(key, { host: signatureOf(file.host), container: token })
  }
}

interface Changed {
  readonly container: ContainerSummary
  readonly file: BackFile
  readonly before: Agreement | undefined
  readonly token: string
}

/** Settles a file that has changed in the container. False where it is still being written: the next look decides. */
async function take({ run, expect, others }: Poll, { container, file, before, token }: Changed): Promise<boolean> {
  const { scope, options } = run
  const { host, target } = file
  const { engine } = scope
  const refused = refusal(file)
  if (refused !== undefined) {
    if (before === undefined) options.report(`${host} is not taken from ${container.name}: ${refused}`)
    return true
  }
  mkdirSync(dirname(host), { recursive: true })
  const temporary = join(dirname(host), `.${basename(host)}.tscompose-${process.pid}~`)
  try {
    await engine.containers.copy({ container: container.id, direction: 'out', path: target, hostPath: temporary }, callContext(scope))
    const { tokens } = await engine.containers.fileTokens({ container: container.id, paths: [target] }, callContext(scope))
    if (tokens[0] !== token) return false
    const existing = lstatIfThere(host)
    if (existing !== undefined && readFileSync(host).equals(readFileSync(temporary))) return true
    const untouched = before !== undefined && before.host === signatureOf(host)
    if (existing !== undefined && !untouched) {
      if (before === undefined) return true
      options.report(`${host} changed here and in ${container.name}: the one here stays`)
      await engine.containers.sync({ container: container.id, paths: [{ source: host, target }] }, callContext(scope))
      return false
    }
    takeOwner(temporary, existing ?? lstatSync(dirname(host)), existing)
    renameSync(temporary, host)
    expect(host)
    options.report(`Took ${host} from ${container.name}`)
    for (const { id } of others) {
      await engine.containers.sync({ container: id, paths: [{ source: host, target }], compare: true }, callContext(scope))
    }
    return true
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Why a path of the host is left alone. */
function refusal({ host, root }: BackFile): string | undefined {
  const existing = lstatIfThere(host)
  if (existing !== undefined && !existing.isFile()) return 'it is no regular file'
  for (let directory = dirname(host); directory.length > root.length; directory = dirname(directory)) {
    const found = lstatIfThere(directory)
    if (found !== undefined && realpathSync(directory) !== directory) return 'a link is on the way'
  }
  return undefined
}

/** Like the file it replaces; a new one belongs to the owner of its directory. */
function takeOwner(path: string, owner: Pick<Stats, 'uid' | 'gid'>, existing: Stats | undefined): void {
  chownSync(path, owner.uid, owner.gid)
  if (existing !== undefined) chmodSync(path, existing.mode & 0o777)
}

function signatureOf(path: string): string | undefined {
  const found = lstatIfThere(path)
  return found === undefined ? undefined : `${found.ino}.${found.size}.${found.mtimeMs}.${found.mode}`
}
