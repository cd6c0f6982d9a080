/*
 * The container engine as its users see it: types only.
 * Two implementations: LocalEngine (engine/local-engine.ts) and EngineClient (daemon/client.ts, the same over a socket),
 * so every parameter and result is plain JSON. Every method takes one parameter object and an optional CallContext.
 * Times are milliseconds since the epoch, durations milliseconds, sizes bytes, unless a name says otherwise.
 */

export type * from './api/container-spec.ts'
export type * from './api/container-state.ts'
export type * from './api/containers.ts'
export type * from './api/engine.ts'
export type * from './api/images.ts'
export type * from './api/networks.ts'
export type * from './api/volumes.ts'
