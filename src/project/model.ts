/*
 * The project as every later layer sees it: immutable, short forms expanded, maps keyed by name.
 * Attributes keep the names of the compose file, so that a path in a diagnostic, in a rule table, in `config` output
 * and in code is one and the same word. Values are typed: durations are milliseconds, sizes bytes, ports numbers,
 * commands lists of arguments. Absent means "not written and without a default of compose's own".
 */

export type * from './model/build.ts'
export type * from './model/deploy.ts'
export type * from './model/develop.ts'
export type * from './model/devices.ts'
export type * from './model/extensible.ts'
export type * from './model/project.ts'
export type * from './model/resources.ts'
export type * from './model/service.ts'
