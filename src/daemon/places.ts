import type { EnginePaths } from '../engine/parts.ts'

/** Where the engine lives: fixed, never from the environment, so that every command finds the same engine. */
export const enginePaths: EnginePaths = { dataRoot: '/var/lib/tscompose', runRoot: '/run/tscompose' }

export const socketPath: string = `${enginePaths.runRoot}/engine.sock`

/** What the daemon says about itself, and its stdout and stderr. */
export const logPath: string = `${enginePaths.dataRoot}/engine.log`
