import { closeSync } from 'node:fs'
import { posix } from 'node:path'
import { hasCode, TscomposeError } from '../../base/errors.ts'
import { mkdirAllInRoot, openDirectory } from '../../sys/files.ts'
import type { ResolvedImage } from '../parts.ts'
import { resolveBase } from './base-image.ts'
import type { BuildRun } from './build-run.ts'
import { layerKey } from './cache.ts'
import type { Owner } from './context/copy.ts'
import { type CopySource, copyStep } from './copy-step.ts'
import type { Instruction } from './dockerfile/instruction.ts'
import { placeAt } from './dockerfile/lines.ts'
import { parseTriggers } from './dockerfile/parse.ts'
import { dockerfileError } from './dockerfile/source.ts'
import { makeLayer, throwIfCanceled } from './layer.ts'
import { applyMetadata, isMetadata, placed, workingDirectory } from './metadata.ts'
import { openNamedContext } from './open-context.ts'
import { resolveOwner } from './owner.ts'
import type { StepProgress } from './progress.ts'
import { runStep } from './run-step.ts'
import { expandAt, resolveCopySource, type SourceRef, type Stage, stageDependencies, stagesRead } from './stages.ts'
import { derivedState, imageState, type LayerResult, lookupIn, type StageState, scratchState, withHistory, withLayer } from './state.ts'

/** Builds stages on demand: each once, those that do not need each other side by side. */
export interface Solver {
  solve(index: number): Promise<StageState>
  /** Resolves when nothing is under way any more, whatever came of it. */
  settle(): Promise<void>
}

interface LayerStep {
  readonly layer: LayerResult & { readonly cached: boolean }
  readonly createdBy: string
}

export function createSolver(run: BuildRun): Solver {
  const { plan, options } = run
  const solved = new Map<number, Promise<StageState>>()
  const images = new Map<string, Promise<ResolvedImage>>()

  /** As the stage is built: without the cache where its name says so. */
  const runOf = ({ name }: Stage): BuildRun => {
    const { noCacheFilter = [] } = run.spec
    const fresh = name !== undefined && noCacheFilter.some((wanted) => wanted.toLowerCase() === name)
    return fresh ? { ...run, spec: { ...run.spec, noCache: true } } : run
  }

  function solve(index: number): Promise<StageState> {
    const known = solved.get(index)
    if (known !== undefined) return known
    const stage = plan.stages[index]
    if (stage === undefined) throw new TscomposeError('internal', 'BUILD_NO_STAGE', `the build has no stage ${index}`)
    const result = solveStage(stage)
    solved.set(index, result)
    return result
  }

  async function solveStage(stage: Stage): Promise<StageState> {
    for (const index of stageDependencies(plan, stage, options.contexts)) {
      // Only set going here; a failure is told where the result is used.
      solve(index).catch(() => undefined)
    }
    const triggersBefore = await beginStage(stage)
    const triggers = parseTriggers(triggersBefore.triggers, `ONBUILD of ${stage.from.image}`).instructions
    const instructions = [...triggers.filter(isNotFrom), ...stage.instructions]
    const steps = createSteps(run, stage, instructions.filter(makesLayer).length + 1)
    steps.begin(stage.from).done(true)
    let state = triggersBefore.state
    for (const instruction of instructions) state = await advance(stage, state, { instruction, steps })
    return state
  }

  async function beginStage(stage: Stage): Promise<{ readonly state: StageState; readonly triggers: readonly string[] }> {
    const { base } = stage
    if (base.kind === 'scratch') return { state: scratchState(run.platform), triggers: [] }
    if (base.kind === 'stage') {
      const state = await solve(base.index)
      return { state: derivedState(state), triggers: state.config.OnBuild ?? [] }
    }
    const image = await resolveImage(base, stage.from, stage.platform)
    return { state: imageState(image.chainId, image.config), triggers: image.config.config?.OnBuild ?? [] }
  }

  async function resolveImage(ref: SourceRef, instruction: Instruction, platform: string | undefined): Promise<ResolvedImage> {
    if (ref.kind !== 'image') throw new TscomposeError('internal', 'BUILD_NO_IMAGE', 'not an image')
    const key = `${platform ?? ''} ${ref.reference}`
    const known = images.get(key)
    if (known !== undefined) return known
    const found = resolveBase(run, ref.reference, platform).catch((error: unknown) => {
      throw placed(run.source, instruction, error)
    })
    images.set(key, found)
    return found
  }

  async function advance(
    stage: Stage,
    state: StageState,
    { instruction, steps }: { readonly instruction: Instruction; readonly steps: Steps },
  ): Promise<StageState> {
    throwIfCanceled(run.signal)
    if (isMetadata(instruction))
      return applyMetadata(state, instruction, { source: run.source, args: run.spec.args ?? {}, globalArgs: plan.globalArgs })
    // The time a step waits for another stage is not its own.
    await Promise.all(stagesRead(plan, stage, { instruction, contexts: options.contexts }).map(solve))
    const progress = makesLayer(instruction) ? steps.begin(instruction) : undefined
    try {
      const next = await layered(stage, state, { instruction, progress })
      progress?.done(next.cached)
      return next.state
    } catch (error) {
      progress?.fail()
      throw placed(run.source, instruction, error)
    }
  }

  async function layered(
    stage: Stage,
    state: StageState,
    { instruction, progress }: { readonly instruction: Instruction; readonly progress: StepProgress | undefined },
  ): Promise<{ readonly state: StageState; readonly cached: boolean }> {
    if (instruction.keyword === 'WORKDIR') return workdirStep(runOf(stage), state, instruction)
    const step = await contentStep(stage, state, { instruction, progress })
    return { state: withLayer(state, step.layer, step.createdBy), cached: step.layer.cached }
  }

  async function contentStep(
    stage: Stage,
    state: StageState,
    { instruction, progress }: { readonly instruction: Instruction; readonly progress: StepProgress | undefined },
  ): Promise<LayerStep> {
    const sourceOf = (from: string | undefined): Promise<CopySource> => resolveFrom(stage, instruction, from)
    if (instruction.keyword === 'RUN' && progress !== undefined)
      return runStep(runOf(stage), state, { instruction, progress, source: sourceOf })
    if (instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD')
      throw new TscomposeError('internal', 'BUILD_NO_STEP', `no step for ${instruction.keyword}`)
    return copyStep(runOf(stage), state, { instruction, source: await sourceOf(instruction.from) })
  }

  async function resolveFrom(stage: Stage, instruction: Instruction, from: string | undefined): Promise<CopySource> {
    if (from === undefined) return { tree: async () => run.contextTree, words: 'the build context' }
    const ref = resolveCopySource(from, plan.stages.slice(0, stage.index), options.contexts)
    if (ref.kind === 'directory') {
      const opened = openNamedContext(run, ref.path)
      return { tree: async () => ({ root: await opened }), words: `the context ${from}` }
    }
    if (ref.kind === 'scratch') throw dockerfileError(run.source, placeAt(instruction.line, 0), { message: 'scratch has no files' })
    const chainId = ref.kind === 'stage' ? (await solve(ref.index)).chainId : (await resolveImage(ref, instruction, undefined)).chainId
    const words = ref.kind === 'stage' ? `the stage ${from}` : `the image ${from}`
    return { chainId, tree: async () => ({ root: await run.chains.path(chainId) }), words }
  }

  return {
    solve,
    settle: async () => {
      await Promise.allSettled(solved.values())
    },
  }
}

function isNotFrom(instruction: Instruction): boolean {
  return instruction.keyword !== 'FROM'
}

/** True for instructions that count as a step. */
function makesLayer(instruction: Instruction): boolean {
  return !isMetadata(instruction) && instruction.keyword !== 'FROM'
}

async function workdirStep(
  run: BuildRun,
  state: StageState,
  instruction: Instruction<'WORKDIR'>,
): Promise<{ readonly state: StageState; readonly cached: boolean }> {
  const lookup = lookupIn(state)
  const written = workingDirectory(state, expandAt(run.source, instruction, instruction.path, { lookup }))
  const moved = { ...state, config: { ...state.config, WorkingDir: written } }
  const path = posix.resolve(written)
  if (path === '/') return { state: withHistory(moved, `WORKDIR ${written}`), cached: true }
  const user = state.config.User ?? ''
  const layer = await makeLayer(run, state, {
    keys: [() => layerKey({ step: 'WORKDIR', parent: state.chainId, path, user })],
    change: async ({ merged }) => {
      const rootFd = openDirectory(merged)
      try {
        closeSync(mkdirAllInRoot(rootFd, path, 0o755, ownerOrRoot(run, merged, user)))
      } finally {
        closeSync(rootFd)
      }
      return undefined
    },
  })
  return { state: withLayer(moved, layer, `WORKDIR ${written}`), cached: layer.cached }
}

/** Of a directory for a user that the image may not know yet: then it is root's. */
function ownerOrRoot(run: BuildRun, rootfs: string, user: string): Owner {
  try {
    return user === '' ? { uid: 0, gid: 0 } : resolveOwner(rootfs, user)
  } catch (error) {
    if (!hasCode(error, 'USER_NOT_FOUND')) throw error
    run.progress.warn(`WORKDIR: ${error.message}; the directory is root's`)
    return { uid: 0, gid: 0 }
  }
}

interface Steps {
  begin(instruction: Instruction): StepProgress
}

/** Numbers the steps of a stage as they begin. */
function createSteps(run: BuildRun, stage: Stage, total: number): Steps {
  const single = run.plan.stages.length === 1
  const name = stage.name ?? (single ? undefined : `stage-${stage.index}`)
  const label = [run.label, name].filter((word) => word !== undefined && word !== '').join(' ')
  let number = 0
  return {
    begin: (instruction) => {
      number++
      const text = instruction.line.text.replace(/\s+/g, ' ')
      const title = `[${label === '' ? '' : `${label} `}${number}/${total}] ${text.length > 160 ? `${text.slice(0, 159)}…` : text}`
      return run.progress.step(title)
    },
  }
}
