import type { Platform } from '../../oci/descriptor.ts'
import type { HistoryEntry, ImageConfig, ImageConfigFile } from '../../oci/image-config.ts'
import type { Lookup } from './dockerfile/expand.ts'

/** What a stage has become after some of its instructions. */
export interface StageState {
  /** '' for scratch without layers. */
  readonly chainId: string
  readonly diffIds: readonly string[]
  readonly config: ImageConfig
  /** `created` is missing until a layer gives the time. */
  readonly history: readonly HistoryEntry[]
  /** Time of the newest layer, RFC 3339. */
  readonly created: string | undefined
  readonly author: string | undefined
  /** ARGs declared so far, with the value of an ENV that came after; undefined for one without value. */
  readonly args: ReadonlyMap<string, string | undefined>
  /** A CMD stood in this stage: ENTRYPOINT keeps it. */
  readonly commandSet: boolean
  readonly platform: Platform
}

export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** An empty stage: no layers, PATH and `/`. */
export function scratchState(platform: Platform): StageState {
  const config = { Env: [defaultPath], WorkingDir: '/' }
  const empty = { chainId: '', diffIds: [], history: [], created: undefined, author: undefined }
  return { ...empty, config, args: new Map(), commandSet: false, platform }
}

/** A stage that begins with an image. Triggers of the image are taken out: the builder runs them first. */
export function imageState(chainId: string, file: ImageConfigFile): StageState {
  const { OnBuild: _triggers, ...config } = file.config ?? {}
  const env = config.Env ?? []
  return {
    chainId,
    diffIds: file.rootfs.diff_ids,
    config: { ...config, Env: env.some((entry) => entry.startsWith('PATH=')) ? env : [...env, defaultPath] },
    history: file.history ?? [],
    created: file.created,
    author: file.author,
    args: new Map(),
    commandSet: false,
    platform: {
      architecture: file.architecture,
      os: file.os,
      ...(file.variant === undefined ? {} : { variant: file.variant }),
    },
  }
}

/** A stage that begins with another stage: its arguments are known here too. */
export function derivedState(base: StageState): StageState {
  const { OnBuild: _triggers, ...config } = base.config
  return { ...base, config, commandSet: false }
}

/** Variables as instructions of this stage see them: an ARG hides an ENV that stands before it, and ends with one after it. */
export function lookupIn(state: StageState): Lookup {
  return (name) => state.args.get(name) ?? environmentValue(state.config.Env ?? [], name)
}

/** The environment of the stage's programs. */
export function stepEnvironment({ config, args }: StageState): readonly string[] {
  return [...args].reduce((env, [name, value]) => (value === undefined ? env : withVariable(env, name, value)), config.Env ?? [])
}

function environmentValue(env: readonly string[], name: string): string | undefined {
  return env.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** `NAME=value` set in a list, in its old place where it had one. */
export function withVariable(env: readonly string[], name: string, value: string): readonly string[] {
  const index = env.findIndex((entry) => entry.startsWith(`${name}=`))
  return index < 0 ? [...env, `${name}=${value}`] : env.with(index, `${name}=${value}`)
}

/** The builder's mark in histories, as image tools expect it. */
const historyComment = 'buildkit.dockerfile.v0'

export function withHistory(state: StageState, createdBy: string, { created }: { readonly created?: string } = {}): StageState {
  const entry: HistoryEntry = {
    ...(created === undefined ? {} : { created }),
    created_by: createdBy,
    comment: historyComment,
    ...(created === undefined ? { empty_layer: true } : {}),
  }
  return { ...state, history: [...state.history, entry] }
}

export interface LayerResult {
  readonly diffId: string
  readonly chainId: string
  readonly size: number
  /** RFC 3339. */
  readonly created: string
}

export function withLayer(state: StageState, layer: LayerResult, createdBy: string): StageState {
  const next = { ...state, chainId: layer.chainId, diffIds: [...state.diffIds, layer.diffId], created: layer.created }
  return withHistory(next, createdBy, { created: layer.created })
}

/**
 * The image's config. Instructions without a layer take the time of the layer after them, or of the last one:
 * a rebuild from the cache gives the same bytes, so the same image ID.
 */
export function toConfigFile(
  state: StageState,
  { labels = {}, epoch }: { readonly labels?: Readonly<Record<string, string>>; readonly epoch?: number } = {},
): ImageConfigFile {
  const fixed = epoch === undefined ? undefined : new Date(epoch * 1000).toISOString()
  const allLabels = { ...state.config.Labels, ...labels }
  return {
    architecture: state.platform.architecture,
    os: state.platform.os,
    ...(state.platform.variant === undefined ? {} : { variant: state.platform.variant }),
    ...((fixed ?? state.created) === undefined ? {} : { created: fixed ?? state.created ?? '' }),
    ...(state.author === undefined ? {} : { author: state.author }),
    config: { ...state.config, ...(Object.keys(allLabels).length === 0 ? {} : { Labels: allLabels }) },
    rootfs: { type: 'layers', diff_ids: state.diffIds },
    history: fillTimes(state.history, state.created, fixed),
  }
}

function fillTimes(history: readonly HistoryEntry[], last: string | undefined, fixed: string | undefined): HistoryEntry[] {
  let following = last
  return history
    .toReversed()
    .map((entry) => {
      const created = entry.comment === historyComment ? (fixed ?? entry.created ?? following) : entry.created
      following = entry.created ?? following
      return created === undefined ? entry : { created, ...entry, ...(fixed === undefined ? {} : { created }) }
    })
    .reverse()
}
