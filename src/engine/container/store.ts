import { hasCode, TscomposeError } from '../../base/errors.ts'
import { hasLabel } from '../../base/labels.ts'
import type { ContainerFilter } from '../api.ts'
import { createEntry, type Entry } from './entry.ts'
import type { ContainerRecord, StoredState } from './record.ts'

/** Where records are kept. Writes are atomic and done when the call returns. */
export interface RecordFiles {
  write(id: string, record: ContainerRecord): void
  remove(id: string): void
  list(): readonly ContainerRecord[]
}

/** All containers in memory, each change written to disk before anybody hears of it. */
export interface ContainerStore {
  add(record: ContainerRecord): Entry
  /** Changes the state, writes it, tells the listeners. */
  setState(entry: Entry, change: Partial<StoredState>): void
  setRecord(entry: Entry, record: ContainerRecord): void
  /** Something that is not in the record has changed (health). */
  touch(entry: Entry): void
  /** Forgets it, on disk and in memory. */
  remove(entry: Entry): void
  /** By id, unique id prefix or name. Throws CONTAINER_NOT_FOUND or AMBIGUOUS_ID. */
  get(ref: string): Entry
  find(ref: string): Entry | undefined
  byId(id: string): Entry | undefined
  all(): readonly Entry[]
  /** Called after each change; returns how to stop. */
  listen(listener: (entry: Entry) => void): () => void
  /** Keeps a name for a container that is being made. Throws CONTAINER_EXISTS naming the other. */
  reserveName(name: string, id: string): () => void
  /** Takes over what is on disk at start. */
  load(): readonly Entry[]
}

export function createContainerStore(files: RecordFiles): ContainerStore {
  const entries = new Map<string, Entry>()
  const names = new Map<string, string>()
  const listeners = new Set<(entry: Entry) => void>()

  const touch = (entry: Entry): void => {
    for (const listener of [...listeners]) listener(entry)
  }
  const setRecord = (entry: Entry, record: ContainerRecord): void => {
    if (record.name !== entry.record.name) {
      names.delete(entry.record.name)
      names.set(record.name, record.id)
    }
    files.write(record.id, record)
    entry.record = record
    touch(entry)
  }
  const find = (ref: string): Entry | undefined => {
    const byName = names.get(ref)
    const exact = entries.get(byName ?? ref)
    return exact ?? findByPrefix(entries, ref)
  }
  return {
    add: (record) => {
      const entry = createEntry(record)
      files.write(record.id, record)
      entries.set(record.id, entry)
      names.set(record.name, record.id)
      touch(entry)
      return entry
    },
    setState: (entry, change) => setRecord(entry, { ...entry.record, state: { ...entry.record.state, ...change } }),
    setRecord,
    touch,
    remove: (entry) => {
      files.remove(entry.record.id)
      entries.delete(entry.record.id)
      if (names.get(entry.record.name) === entry.record.id) names.delete(entry.record.name)
      entry.removed = true
      touch(entry)
    },
    get: (ref) => find(ref) ?? notFound(ref),
    find: (ref) => quietly(() => find(ref)),
    byId: (id) => entries.get(id),
    all: () => [...entries.values()],
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reserveName: (name, id) => {
      const owner = names.get(name)
      if (owner !== undefined && owner !== id) throw nameTaken(name, owner)
      names.set(name, id)
      return () => {
        if (!entries.has(id) && names.get(name) === id) names.delete(name)
      }
    },
    load: () => {
      for (const record of files.list()) {
        entries.set(record.id, createEntry(record))
        names.set(record.name, record.id)
      }
      return [...entries.values()]
    },
  }
}

function findByPrefix(entries: ReadonlyMap<string, Entry>, ref: string): Entry | undefined {
  if (!/^[0-9a-f]{4,64}$/.test(ref)) return undefined
  const matches = [...entries.values()].filter((entry) => entry.record.id.startsWith(ref))
  if (matches.length <= 1) return matches[0]
  throw new TscomposeError('invalid', 'AMBIGUOUS_ID', `${ref} is the beginning of ${matches.length} container ids`, {
    hint: 'give more characters, or the name',
  })
}

/** Ambiguity counts as not found where the caller only asks. */
function quietly<T>(job: () => T): T | undefined {
  try {
    return job()
  } catch (error) {
    if (hasCode(error, 'AMBIGUOUS_ID')) return undefined
    throw error
  }
}

function notFound(ref: string): never {
  throw new TscomposeError('not-found', 'CONTAINER_NOT_FOUND', `no such container: ${ref}`, {
    hint: 'tscompose ps -a shows the containers of a project',
  })
}

function nameTaken(name: string, owner: string): TscomposeError {
  return new TscomposeError('conflict', 'CONTAINER_EXISTS', `the name ${name} is taken by container ${owner.slice(0, 12)}`, {
    target: name,
    hint: 'remove or rename that container, or set another container_name',
  })
}

/** True where the container passes every given criterion. Without `all` only those that run (or restart) do. */
export function matchesFilter(record: ContainerRecord, filter: ContainerFilter): boolean {
  const { labels } = record.spec
  const alive = ['running', 'paused', 'restarting'].includes(record.state.status)
  return (
    (filter.all === true || alive) &&
    (filter.project === undefined || labels['com.docker.compose.project'] === filter.project) &&
    (filter.names === undefined || filter.names.includes(record.name)) &&
    (filter.labels ?? []).every((label) => hasLabel(labels, label))
  )
}
