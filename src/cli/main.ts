import { compileCacheDirectory } from '../daemon/compile-cache.ts'
import { runCommandLine } from './run.ts'

// bin/tscompose asks Node for it; no compose file and no child is to see it.
if (process.env.NODE_COMPILE_CACHE === compileCacheDirectory) delete process.env.NODE_COMPILE_CACHE

await runCommandLine(process.argv.slice(2))
