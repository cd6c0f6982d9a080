import { TscomposeError } from '../../base/errors.ts'
import type * as api from '../api.ts'
import { attachContainer, resizeMain } from './attach/attach.ts'
import { awaitContainer } from './await.ts'
import { containerChanges, exportContainer } from './contents.ts'
import { copyFiles } from './copy/copy.ts'
import { type ContainerDeps, emitContainer } from './deps.ts'
import { detail } from './describe.ts'
import type { Entry } from './entry.ts'
import { type ExecSession, execForCaller, type NextNumber, resizeExec } from './exec.ts'
import type { Lifecycle } from './lifecycle.ts'
import { readLog } from './logs/read.ts'
import { containerPlaces } from './places.ts'
import { isRunning } from './record.ts'
import { containerStats, containerTop } from './stats.ts'
import { fileTokens, syncContainer } from './sync/sync.ts'
import type { SyncWorker } from './sync/worker.ts'

interface ApiParts {
  readonly lifecycle: Lifecycle
  readonly nextNumber: NextNumber
  readonly syncWorker: SyncWorker
  readonly list: (filter: api.ContainerFilter) => readonly api.ContainerSummary[]
}

/** The engine's container calls over the parts that do them. */
export function createContainersApi(deps: ContainerDeps, { lifecycle, nextNumber, syncWorker, list }: ApiParts): api.Containers {
  const { store } = deps
  const sessions = new Map<string, ExecSession>()
  return {
    create: ({ spec }, context) => lifecycle.create(spec, context),
    start: async ({ container, portsFrom }) =>
      lifecycle.start(store.get(container), portsFrom === undefined ? undefined : store.find(portsFrom)),
    takePorts: async ({ container, from }) => lifecycle.takePorts(store.get(container), store.get(from)),
    stop: async ({ container, ...options }) => lifecycle.stop(store.get(container), options),
    restart: async ({ container, ...options }) => lifecycle.restart(store.get(container), options),
    kill: async ({ container, signal }) => lifecycle.kill(store.get(container), signal),
    pause: async ({ container }) => lifecycle.pause(store.get(container)),
    unpause: async ({ container }) => lifecycle.unpause(store.get(container)),
    remove: async ({ container, ...options }) => {
      const entry = store.find(container)
      if (entry !== undefined) await lifecycle.remove(entry, options)
    },
    rename: async ({ container, name }) => rename(deps, store.get(container), name),
    list: async (filter) => list(filter),
    inspect: async ({ container }) => detail(store.get(container), deps.paths),
    await: async ({ container, until, timeoutMs }, context) => {
      const entry = store.find(container)
      if (entry === undefined && until === 'removed') return { exitCode: null }
      return awaitContainer(store, entry ?? store.get(container), {
        until,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(context?.signal === undefined ? {} : { signal: context.signal }),
      })
    },
    exec: async ({ container, process, stdio }, context = {}) => {
      const key = process.session
      try {
        return await execForCaller(deps, store.get(container), {
          process,
          stdio,
          number: nextNumber(),
          context,
          onSession: (session) => {
            if (key !== undefined) sessions.set(key, session)
          },
        })
      } finally {
        if (key !== undefined) sessions.delete(key)
      }
    },
    attach: async ({ container, stdio, detachKeys, stdin, logs = false }, context = {}) =>
      attachContainer(deps, store.get(container), { stdio, detachKeys, stdin, logs, context }),
    resize: async ({ container, columns, rows, session }) => {
      if (session === undefined) resizeMain(deps, store.get(container), { columns, rows })
      else resizeExec(sessions.get(session), { columns, rows })
    },
    logs: ({ container, ...options }, context) => containerLogs(deps, { container, options, context }),
    diff: async ({ container }) => containerChanges(deps, store.get(container)),
    export: async ({ container, path }) => lifecycle.withRootfs(store.get(container), (entry) => exportContainer(deps, entry, path)),
    top: async ({ container }) => containerTop(deps, runningEntry(store.get(container))),
    stats: async ({ container }) => containerStats(deps, store.get(container)),
    copy: async ({ container, ...params }, context) => copyFiles(deps, store.get(container), { params, lifecycle, context }),
    fileTokens: async ({ container, paths }) => ({ tokens: fileTokens(runningEntry(store.get(container)), paths) }),
    sync: async ({ container, ...params }) => syncContainer(deps, store.get(container), { params, lifecycle, worker: syncWorker }),
  }
}

async function* containerLogs(
  deps: ContainerDeps,
  {
    container,
    options,
    context,
  }: { readonly container: string; readonly options: api.LogOptions; readonly context: api.CallContext | undefined },
): AsyncGenerator<readonly api.LogEntry[]> {
  const entry = deps.store.get(container)
  yield* readLog({
    ...options,
    path: containerPlaces(deps.paths, entry.record.id).logPath,
    isOver: () => isOver(entry),
    onChange: (listener) =>
      deps.store.listen((changed) => {
        if (changed === entry) listener()
      }),
    ...(context?.signal === undefined ? {} : { signal: context.signal }),
  })
}

/** It will print no more; one that was never started may yet. */
function isOver(entry: Entry): boolean {
  return entry.removed || (!entry.restarting && ['exited', 'dead', 'removing'].includes(entry.record.state.status))
}

function runningEntry(entry: Entry): Entry {
  if (isRunning(entry.record.state)) return entry
  throw new TscomposeError('conflict', 'CONTAINER_NOT_RUNNING', `container ${entry.record.name} is not running`, {
    target: `container ${entry.record.name}`,
    hint: 'start it first',
  })
}

async function rename(deps: ContainerDeps, entry: Entry, name: string): Promise<void> {
  if (name === entry.record.name) return
  const oldName = entry.record.name
  deps.store.reserveName(name, entry.record.id)
  deps.store.setRecord(entry, { ...entry.record, name, spec: { ...entry.record.spec, name } })
  if (isRunning(entry.record.state)) await deps.network.rename(entry.record.id, name)
  emitContainer(deps, entry.record, 'rename', { oldName: `/${oldName}` })
}
