import { newTree, type Tree } from '../tree.ts'
import { toCanonical } from './canonical.ts'
import { type LoadContext, reportAt } from './context.ts'
import { applyDirectives } from './directives.ts'
import { applyExtends } from './extends.ts'
import { applyIncludes } from './include.ts'
import { interpolate } from './interpolate.ts'
import { mergeFiles } from './merge.ts'
import { type ParsedDocument, parseFile } from './parse.ts'
import type { ReadOptions } from './read-options.ts'
import type { Reader } from './reader.ts'
import { checkSchema } from './schema-check.ts'
import { keepUnique } from './unique.ts'

/** Parses each file once; several phases want its documents. */
export function parseFiles(files: readonly string[], reader: Reader, context: LoadContext): ReadonlyMap<string, readonly ParsedDocument[]> {
  const parsed = new Map<string, readonly ParsedDocument[]>()
  for (const file of files) {
    const documents = parseFile(reader.readSource(file), context)
    parsed.set(file, documents)
  }
  context.stopOnErrors()
  return parsed
}

/** Merges all documents of all files into one canonical tree. */
export function mergeDocuments(parsed: ReadonlyMap<string, readonly ParsedDocument[]>, options: ReadOptions, context: LoadContext): Tree {
  let merged: Tree = newTree()
  for (const [file, documents] of parsed) {
    for (const document of documents) merged = mergeDocument(merged, document, file, options, context)
  }
  return merged
}

/** Reads and merges in one go, as included files are. */
function loadFiles(files: readonly string[], options: ReadOptions, context: LoadContext): Tree {
  return mergeDocuments(parseFiles(files, options.reader, context), options, context)
}

function mergeDocument(base: Tree, document: ParsedDocument, file: string, options: ReadOptions, context: LoadContext): Tree {
  const interpolated = interpolate(document.tree, { lookup: options.lookup, enabled: options.interpolation }, context)
  context.nextPhase()
  const before = context.errors
  const extended = applyExtends(interpolated, document.directives, file, options, context)
  const included = applyIncludes(extended, { file, options, context, load: loadFiles })
  // What is not there cannot be told from what was never written.
  if (context.errors > before) context.stopOnErrors()
  context.nextPhase()
  const merged = keepUnique(mergeFiles(applyDirectives(base, document.directives), included, context), context)
  context.nextPhase()
  const known = withoutVersion(merged, file, context)
  const valid = checkSchema(known, context)
  context.nextPhase()
  const canonical = keepUnique(toCanonical(valid, context), context)
  context.nextPhase()
  return canonical
}

function withoutVersion(tree: Tree, file: string, context: LoadContext): Tree {
  if (tree.version === undefined) return tree
  if (typeof tree.version !== 'string') {
    reportAt(context, {
      root: tree,
      path: ['version'],
      code: 'BAD_TYPE',
      message: `version must be text, not ${String(tree.version)}`,
      hint: tree.version === null ? 'remove it' : `quote it: "${String(tree.version)}"; or remove it, it has no effect`,
    })
  }
  reportAt(context, {
    root: tree,
    path: ['version'],
    code: 'OBSOLETE_VERSION',
    message: `${file}: the attribute \`version\` is obsolete, it will be ignored, please remove it to avoid potential confusion`,
    severity: 'warning',
    atKey: true,
  })
  const copy = newTree()
  for (const key of Object.keys(tree)) if (key !== 'version') copy[key] = tree[key] ?? null
  context.sources.inherit(tree, copy)
  return copy
}
