import { enableCompileCache } from 'node:module'
import { prepareCompileCache } from '../daemon/compile-cache.ts'

// Before anything else is imported: what follows is compiled once and then read from the cache.
const cache = prepareCompileCache()
if (cache !== undefined) enableCompileCache(cache)

const { runCommandLine } = await import('./run.ts')
await runCommandLine(process.argv.slice(2))
