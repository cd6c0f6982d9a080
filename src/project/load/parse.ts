import { type Alias, isAlias, isMap, isPair, isScalar, type Node, type Pair, parseAllDocuments, type YAMLMap, type YAMLSeq } from 'yaml'
import { createDiagnostic } from '../diagnostic.ts'
import type { Origin, SourceFile } from '../source-map.ts'
import { formatPath, isTree, newTree, type Path, type Tree, type Value } from '../tree.ts'
import type { LoadContext } from './context.ts'
import { isTimestamp, resolvePlainScalar } from './scalar.ts'

/** What `!reset` and `!override` say about a path of the files merged before. */
export interface Directive {
  readonly kind: 'reset' | 'override'
  readonly path: Path
}

export interface ParsedDocument {
  readonly tree: Tree
  readonly directives: readonly Directive[]
}

/** Nesting and size a compose file may have after its aliases are expanded. */
const maximumDepth = 100
const maximumNodes = 2_000_000
const maximumAliasNodes = 200_000

/** What most often is wrong on such a line. */
function syntaxHint(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  if (/[[{,:]\s*[^\s"'[\]{}]*\$\{?$/.test(line)) return 'between [ ] or { }, text with a variable needs quotes: "${NAME}"'
  return 'keys of one mapping begin in the same column, tabs do not indent, and text with `: ` or ` #` in it needs quotes'
}

/** Reads one file: its documents as trees. Everything wrong is reported, nothing is thrown. */
export function parseFile(file: SourceFile, context: LoadContext): readonly ParsedDocument[] {
  const documents: ParsedDocument[] = []
  if (isNestedTooDeep(file.text)) {
    report(context, file, 'YAML_TOO_DEEP', 'the file is nested too deeply to be a compose file', { from: 0 })
    return documents
  }
  for (const document of parseAllDocuments(file.text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    strict: false,
  })) {
    const [syntaxError] = document.errors
    if (syntaxError !== undefined) {
      // The first alone: what a parser finds after it lost its way is guesses, also in the documents that follow.
      const [from, to] = syntaxError.pos
      report(context, file, 'YAML_SYNTAX', plainYamlMessage(syntaxError.message), { from, to, hint: syntaxHint(file.text, from) })
      return documents
    }
    const converter = createConverter(file, context)
    const value = document.contents === null ? null : converter.convert(document.contents, [])
    if (value === null && document.contents === null) continue
    if (value === null || value === undefined) continue
    if (!isTree(value)) {
      const from = document.contents?.range?.[0] ?? 0
      report(context, file, 'NOT_A_MAPPING', 'top-level object must be a mapping', { from, hint: 'begin the file with `services:`' })
      continue
    }
    documents.push({ tree: value, directives: converter.directives })
  }
  return documents
}

/** Flow nesting is what exhausts a recursive parser; block nesting costs its indentation. */
function isNestedTooDeep(text: string): boolean {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 91 || code === 123) {
      if (++depth > 500) return true
    } else if ((code === 93 || code === 125) && depth > 0) depth--
  }
  return /^[ \t]*(?:- *){200}/m.test(text) || /^ {2000}/m.test(text)
}

function plainYamlMessage(message: string): string {
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

interface Place {
  readonly from: number
  readonly to?: number | undefined
  readonly hint?: string
}

function report(context: LoadContext, file: SourceFile, code: string, message: string, { from, to = from + 1, hint }: Place): void {
  const origin: Origin = { file, key: from, value: from, end: Math.max(to, from + 1) }
  context.report(createDiagnostic(code, message, { origin, hint }))
}

interface Converter {
  convert(node: Node, path: Path): Value | undefined
  readonly directives: Directive[]
}

function createConverter(file: SourceFile, context: LoadContext): Converter {
  const anchors = new Map<string, Node>()
  const directives: Directive[] = []
  const open = new Set<Node>()
  let nodes = 0
  let aliasDepth = 0
  let aliasNodes = 0
  let gaveUp = false

  const giveUp = (code: string, message: string, node: Node): undefined => {
    if (!gaveUp) report(context, file, code, message, { from: node.range?.[0] ?? 0, to: node.range?.[1] })
    gaveUp = true
    return undefined
  }

  const convert = (node: Node, path: Path): Value | undefined => {
    if (gaveUp) return undefined
    if (aliasDepth > 0) aliasNodes++
    if (++nodes > maximumNodes || aliasNodes > maximumAliasNodes) {
      return giveUp('YAML_ALIAS_BOMB', 'aliases expand to far more values than a compose file can hold', node)
    }
    if (path.length > maximumDepth) return giveUp('YAML_TOO_DEEP', 'the file is nested too deeply to be a compose file', node)
    if (isAlias(node)) return convertAlias(node, path)
    const anchor = node.anchor
    if (anchor !== undefined) anchors.set(anchor, node)
    if (node.tag === '!reset') {
      directives.push({ kind: 'reset', path })
      return undefined
    }
    if (node.tag === '!override') directives.push({ kind: 'override', path })
    if (isScalar(node)) return convertScalar(node, path)
    open.add(node)
    const value = isMap(node) ? convertMap(node, path) : convertList(node as YAMLSeq, path)
    open.delete(node)
    return value
  }

  const convertAlias = (node: Alias, path: Path): Value | undefined => {
    const target = anchors.get(node.source)
    if (target === undefined)
      return giveUp('YAML_ALIAS', `unknown alias *${node.source}: no anchor &${node.source} before it in this document`, node)
    if (open.has(target)) return giveUp('YAML_ALIAS', `anchor &${node.source} contains itself`, node)
    aliasDepth++
    const value = convert(target, path)
    aliasDepth--
    return value
  }

  const convertScalar = (
    node: Node & { value: unknown; type?: string | null | undefined; tag?: string | undefined },
    path: Path,
  ): Value => {
    const text = typeof node.value === 'string' ? node.value : ''
    if (node.type !== 'PLAIN' && node.type !== undefined && node.type !== null && !isTypeTag(node.tag)) return text
    if (node.tag === 'tag:yaml.org,2002:str' || node.tag === '!') return text
    if (isTimestamp(text) && node.tag === undefined) {
      report(context, file, 'YAML_TIMESTAMP', `${formatPath(path)}: an unquoted date has no meaning in a compose file`, {
        from: node.range?.[0] ?? 0,
        to: node.range?.[1],
        hint: `quote it: "${text}"`,
      })
      return text
    }
    return resolvePlainScalar(text)
  }

  const convertList = (node: YAMLSeq, path: Path): Value => {
    const list: Value[] = []
    for (const item of node.items) {
      if (isPair(item)) continue
      const value = convert(item as Node, [...path, list.length])
      if (value === undefined) continue
      context.sources.set(list, list.length, originOf(file, item as Node))
      list.push(value)
    }
    return list
  }

  const convertMap = (node: YAMLMap, path: Path): Value => {
    const tree = newTree()
    const written = new Map<string, Node>()
    const merges: Node[] = []
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const name = keyOf(pair, path)
      if (name === undefined) continue
      if (name === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
        if (pair.value !== null) merges.push(pair.value)
        continue
      }
      const earlier = written.get(name)
      if (earlier !== undefined) {
        const first = earlier.range?.[0] ?? 0
        const line = file.text.slice(0, first).split('\n').length
        report(context, file, 'DUPLICATE_KEY', `mapping key ${JSON.stringify(name)} already defined at line ${line}`, {
          from: pair.key.range?.[0] ?? 0,
          to: pair.key.range?.[1],
          hint: 'keep one of the two',
        })
        continue
      }
      written.set(name, pair.key)
      const value = pair.value === null ? null : convert(pair.value, [...path, name])
      if (value === undefined) continue
      tree[name] = value
      context.sources.set(tree, name, originOf(file, pair.value ?? pair.key, pair.key))
    }
    for (const merge of merges) mergeInto(tree, merge, path)
    return tree
  }

  /** `<<`: what is written in the map itself wins, then earlier sources. */
  const mergeInto = (tree: Record<string, Value>, node: Node, path: Path): void => {
    const value = convert(node, path)
    const maps = Array.isArray(value) ? value : [value]
    for (const map of maps) {
      if (!isTree(map)) {
        if (!gaveUp)
          report(context, file, 'YAML_MERGE', 'map merge (<<) requires a map or a list of maps', {
            from: node.range?.[0] ?? 0,
            to: node.range?.[1],
          })
        return
      }
      for (const [key, member] of Object.entries(map)) {
        if (key in tree) continue
        tree[key] = member
        context.sources.copy(map, key, tree, key)
      }
    }
  }

  const keyOf = (pair: Pair<Node, Node | null>, path: Path): string | undefined => {
    const key = isAlias(pair.key) ? anchors.get(pair.key.source) : pair.key
    if (isScalar(key) && typeof key.value === 'string') {
      if (key.anchor !== undefined) anchors.set(key.anchor, key)
      const typed = key.type === 'PLAIN' ? resolvePlainScalar(key.value) : key.value
      if (typeof typed === 'string') return typed
    }
    const text = isScalar(key) ? String(key.value) : 'a map or list'
    const place = path.length === 0 ? 'at top level' : `in ${formatPath(path)}`
    report(context, file, 'NON_STRING_KEY', `non-string key ${place}: ${text}`, {
      from: pair.key?.range?.[0] ?? 0,
      to: pair.key?.range?.[1],
      hint: isScalar(key)
        ? `quote it: "${text}"`
        : 'a template in double braces has to be filled in before compose reads it, or needs quotes',
    })
    return undefined
  }

  return { convert, directives }
}

function isTypeTag(tag: string | undefined): boolean {
  return tag !== undefined && /^tag:yaml\.org,2002:(?:int|float|bool|null)$/.test(tag)
}

function originOf(file: SourceFile, node: Node, key?: Node | null): Origin {
  const value = node.range?.[0] ?? 0
  return { file, key: key?.range?.[0] ?? value, value, end: node.range?.[1] ?? value }
}
