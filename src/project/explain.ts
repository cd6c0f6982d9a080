import { didYouMean } from './diagnostic.ts'
import { type DotenvEntry, parseDotenv, parseRawEnv } from './load/dotenv.ts'
import { own } from './load/environment.ts'
import { parseTemplate, variablesOf } from './load/template.ts'
import { type LoadedModel, loadModel, projectOf } from './load.ts'
import type { Project } from './model.ts'
import type { LoadOptions } from './options.ts'
import { configOf } from './render.ts'
import { type Origin, positionAt, type SourceFile } from './source-map.ts'
import { formatPath, isList, isTree, type Path, type Tree, type Value } from './tree.ts'

/* Where a value comes from: the places that had a say in it, the deciding one first. */

export type StepKind =
  | 'written'
  | 'replaced'
  | 'extends'
  | 'include'
  | 'env_file'
  | 'label_file'
  | 'variable'
  | 'variable default'
  | 'variable unset'
  | 'default'

export interface Step {
  readonly kind: StepKind
  /** In words: `DEBUG is "1" in the environment`. */
  readonly text: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** The line of the file. */
  readonly excerpt?: string
}

export interface Explanation {
  /** `services.web.environment.DEBUG` */
  readonly path: string
  readonly value: unknown
  readonly steps: readonly Step[]
}

/**
 * Explains one value of the project, or each value below a map or list. The path is written as `config` shows the project;
 * keys may hold dots. Throws as loadProject does, and returns the known keys where the path leads nowhere.
 */
export function explain(
  options: LoadOptions,
  path: string,
): { readonly explanations: readonly Explanation[] } | { readonly missing: string; readonly hint: string } {
  const model = loadModel(options, { history: true })
  const { project } = projectOf(model, { ...options, allResources: true })
  const config = configOf(project, { format: 'json' }) as unknown as Tree
  const found = resolvePath(config, path)
  if ('missing' in found) return found
  const run: Run = { model, project, options }
  return {
    explanations: leavesOf(found.value, found.path).map(([leaf, value]) => ({
      path: formatPath(leaf),
      value,
      steps: stepsOf(leaf, value, run),
    })),
  }
}

interface Run {
  readonly model: LoadedModel
  readonly project: Project
  readonly options: LoadOptions
}

type Found = { readonly path: Path; readonly value: Value } | { readonly missing: string; readonly hint: string }

/** Keys may hold dots, so at each map the longest key that fits is taken. */
function resolvePath(root: Tree, written: string): Found {
  const path: (string | number)[] = []
  let value: Value = root
  let rest = written
  while (rest !== '') {
    const index = /^\[?(\d+)\]?(?:\.|(?=\[)|$)/.exec(rest)
    if (isList(value) && index !== null && Number(index[1]) < value.length) {
      path.push(Number(index[1]))
      value = value[Number(index[1])] ?? null
      rest = rest.slice(index[0].length)
      continue
    }
    const key: string | undefined = isTree(value) ? longestKey(value, rest) : undefined
    if (!isTree(value) || key === undefined) return missing(path, value, rest)
    path.push(key)
    value = value[key] ?? null
    rest = rest.slice(key.length).replace(/^\./, '')
  }
  return { path, value }
}

function longestKey(tree: Tree, rest: string): string | undefined {
  return Object.keys(tree)
    .filter((key) => rest.startsWith(key) && /^$|^[.[]/.test(rest.slice(key.length)))
    .sort((a, b) => b.length - a.length)[0]
}

function missing(path: Path, value: Value, rest: string): Found {
  const keys = isTree(value) ? Object.keys(value) : isList(value) ? [...value.keys()].map((index) => `[${index}]`) : []
  const wanted = rest.split('.')[0] ?? rest
  const meant = didYouMean(wanted, keys)
  const where = path.length === 0 ? 'the project' : formatPath(path)
  const hint =
    meant === undefined ? `${where} has ${keys.length === 0 ? 'nothing below it' : keys.join(', ')}` : `did you mean \`${meant}\`?`
  return { missing: `${where} has no ${wanted}`, hint }
}

function leavesOf(value: Value, path: Path): readonly (readonly [Path, Value])[] {
  if (isTree(value) && Object.keys(value).length > 0)
    return Object.keys(value).flatMap((key) => leavesOf(value[key] ?? null, [...path, key]))
  if (isList(value) && value.some((item) => isTree(item) || isList(item)))
    return value.flatMap((item, index) => leavesOf(item, [...path, index]))
  return [[path, value]]
}

// ---------------------------------------------------------------- one value

function stepsOf(path: Path, value: Value, run: Run): readonly Step[] {
  const written = originsOf(path, run)
  const fromFiles = serviceFileSteps(path, run)
  const [section, name] = path
  if (written.length === 0 && fromFiles.length === 0) {
    const disabledFile = section === 'services' ? run.project.services[String(name)] : undefined
    const text =
      disabledFile === undefined && path.length === 1
        ? 'made from the name of the directory, or given on the command line'
        : 'no file says so: a default of compose'
    return [{ kind: 'default', text }]
  }
  const own = written.flatMap((origin, index) => originSteps(origin, index > 0, { path, value }, run))
  const replaced = fromFiles.map(
    (step): Step => (written.length > 0 && step.kind !== 'variable' ? { ...step, text: `${step.text}, but what is above counts` } : step),
  )
  return [...own, ...replaced]
}

/** The deciding origin and what it replaced. Parts of a short form are where the short form is. */
function originsOf(path: Path, { model }: Run): readonly Origin[] {
  let value: Value | undefined = model.tree
  let nearest: { readonly origin: Origin; readonly depth: number } | undefined
  for (const [depth, part] of path.entries()) {
    if (value === null || typeof value !== 'object') break
    const origin = model.sources.get(value, part)
    if (origin !== undefined) nearest = { origin, depth: depth + 1 }
    value = isList(value) ? value[Number(part)] : isTree(value) ? value[part] : undefined
  }
  if (nearest === undefined || (nearest.depth < path.length && !isShortForm(nearest.origin))) return []
  const chain: Origin[] = []
  for (let origin: Origin | undefined = nearest.origin; origin !== undefined; origin = origin.replaced) chain.push(origin)
  return chain
}

const textOf = ({ file, value, end }: Origin): string => file.text.slice(value, end).trimEnd()

/** One scalar stands for all parts: `8080:80` for `published` and `target`. */
function isShortForm(origin: Origin): boolean {
  const text = textOf(origin)
  return !text.includes('\n') && !/^[[{]/.test(text) && (/^["']/.test(text) || !/:\s/.test(text))
}

interface Subject {
  readonly path: Path
  readonly value: Value
}

function originSteps(origin: Origin, replaced: boolean, { path, value }: Subject, run: Run): readonly Step[] {
  const text = textOf(origin)
  const shown = text.includes('\n') ? 'a block' : text
  const passages = (origin.via ?? []).toReversed()
  const isEmpty = text === '' || text === String(path.at(-1))
  return [
    {
      kind: replaced ? 'replaced' : 'written',
      text: isEmpty ? 'without a value' : shown,
      ...placeOf(origin),
    },
    ...(replaced ? [] : variableSteps(text, path, value, origin, run)),
    ...passages.map(
      (passage): Step => ({
        kind: passage.kind,
        text: `from ${passage.from}`,
        ...(passage.at === undefined ? {} : placeOf(passage.at)),
      }),
    ),
  ]
}

function placeOf({ file, value }: Origin): Pick<Step, 'file' | 'line' | 'column' | 'excerpt'> {
  const { line, column } = positionAt(file, value)
  return { file: file.path, line, column, excerpt: lineAt(file, line) }
}

function lineAt({ text }: SourceFile, line: number): string {
  return (text.split('\n')[line - 1] ?? '').trim().slice(0, 160)
}

// ---------------------------------------------------------------- variables

function variableSteps(text: string, path: Path, value: Value, origin: Origin, run: Run): readonly Step[] {
  const bare = path[0] === 'services' && path[2] === 'environment' && !text.includes('$') && isBareVariable(text, String(path.at(-1)))
  if (bare) return value === null ? [] : [variableStep(String(path.at(-1)), '', '', origin, run)]
  const quotedLiterally = text.startsWith("'") ? text.slice(1, -1) : text
  return variablesOf(parseTemplate(quotedLiterally) ?? []).map(({ name, defaultValue, alternateValue }) =>
    variableStep(name, defaultValue, alternateValue, origin, run),
  )
}

/** `KEY:` and `- KEY` ask for the variable of that name. */
function isBareVariable(text: string, key: string): boolean {
  return text === '' || text === '~' || text === 'null' || text.replace(/^["']|["']$/g, '') === key
}

function variableStep(name: string, fallback: string, alternate: string, origin: Origin, run: Run): Step {
  const source = findVariable(name, origin, run)
  if (source === undefined) {
    if (fallback !== '') return { kind: 'variable default', text: `${name} is not set: the default ${JSON.stringify(fallback)} counts` }
    return { kind: 'variable unset', text: `${name} is not set` }
  }
  const used = alternate === '' ? '' : `: the text ${JSON.stringify(alternate)} counts`
  if (source.value === '' && fallback !== '')
    return { ...source.place, kind: 'variable default', text: `${name} is empty: where the default is after \`:-\`, it counts` }
  return { ...source.place, kind: 'variable', text: `${name} is ${JSON.stringify(source.value)} ${source.where}${used}` }
}

interface VariableSource {
  readonly value: string
  readonly where: string
  readonly place: Pick<Step, 'file' | 'line' | 'excerpt'>
}

/** Shell first, then `.env` files, then those of the includes the value came through. */
function findVariable(name: string, origin: Origin, { model, options }: Run): VariableSource | undefined {
  const shell = own(options.env, name)
  if (shell !== undefined) return { value: shell, where: 'in the environment', place: {} }
  const given = options.envFiles ?? []
  const files = given.length > 0 ? model.discovery.envFiles.toReversed() : model.discovery.envFiles
  for (const file of [...files, ...(origin.via ?? []).flatMap(({ envFiles }) => envFiles)]) {
    const entry = entriesOf(file, undefined, run(model)).findLast(({ key }) => key === name)
    if (entry?.value !== undefined) return { value: entry.value, where: 'in this env file', place: entryPlace(file, entry, model) }
  }
  const value = own(model.environment, name)
  return value === undefined
    ? undefined
    : { value, where: name === 'COMPOSE_PROJECT_NAME' ? ', the name of the project' : 'given by compose', place: {} }
}

const run = (model: LoadedModel): { readonly model: LoadedModel } => ({ model })

function entriesOf(file: string, format: string | undefined, { model }: { readonly model: LoadedModel }): readonly DotenvEntry[] {
  const text = model.reader.readText(file)
  if (text === undefined) return []
  const lookup = (name: string): string | undefined => own(model.environment, name)
  const result = format === 'raw' ? parseRawEnv(text, lookup) : parseDotenv(text, lookup)
  return 'entries' in result ? result.entries : []
}

function entryPlace(file: string, { line }: DotenvEntry, model: LoadedModel): Pick<Step, 'file' | 'line' | 'excerpt'> {
  return { file, line, excerpt: lineAt({ path: file, text: model.reader.readText(file) ?? '' }, line) }
}

/** What the service's `env_file` and `label_file` say, the last one first. */
function serviceFileSteps(path: Path, { model, options }: Run): readonly Step[] {
  const [section, service, attribute, key] = path
  const kind = attribute === 'environment' ? 'env_file' : attribute === 'labels' ? 'label_file' : undefined
  if (section !== 'services' || kind === undefined || path.length !== 4 || options.resolveEnvironment === false) return []
  const services = model.tree.services
  const written = isTree(services) ? services[String(service)] : undefined
  const files = isTree(written) && isList(written[kind]) ? written[kind] : []
  return files.toReversed().flatMap((item): readonly Step[] => {
    const file = isTree(item) ? item.path : item
    if (typeof file !== 'string') return []
    const format = isTree(item) && typeof item.format === 'string' ? item.format : undefined
    const entry = entriesOf(file, format, { model }).findLast((candidate) => candidate.key === key)
    return entry === undefined ? [] : [{ kind, text: JSON.stringify(entry.value ?? null), ...entryPlace(file, entry, model) }]
  })
}
