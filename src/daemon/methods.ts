import type { Engine } from '../engine/api.ts'

type Answer<F> = F extends (...args: never[]) => AsyncIterable<unknown> ? 'stream' : 'call'
type MethodTable<T> = { readonly [M in keyof T]: Answer<T[M]> }
type PartName = 'images' | 'containers' | 'networks' | 'volumes'

/**
 * Every method of the engine and how it answers. The types make the table complete: a method that is missing here, or
 * that has the wrong kind of answer, does not compile. Nothing else can be called over the socket.
 */
export const engineMethods: MethodTable<Omit<Engine, PartName>> & { readonly [P in PartName]: MethodTable<Engine[P]> } = {
  info: 'call',
  observe: 'call',
  events: 'stream',
  diskUsage: 'call',
  shutdown: 'call',
  images: {
    pull: 'call',
    push: 'call',
    build: 'call',
    checkBuild: 'call',
    pruneBuildCache: 'call',
    load: 'call',
    save: 'call',
    import: 'call',
    bootstrap: 'call',
    commit: 'call',
    prune: 'call',
    tag: 'call',
    remove: 'call',
    list: 'call',
    inspect: 'call',
  },
  containers: {
    create: 'call',
    start: 'call',
    takePorts: 'call',
    stop: 'call',
    restart: 'call',
    kill: 'call',
    pause: 'call',
    unpause: 'call',
    remove: 'call',
    rename: 'call',
    list: 'call',
    inspect: 'call',
    await: 'call',
    exec: 'call',
    attach: 'call',
    resize: 'call',
    logs: 'stream',
    diff: 'call',
    export: 'call',
    top: 'call',
    stats: 'call',
    sync: 'call',
    fileTokens: 'call',
    copy: 'call',
  },
  networks: { create: 'call', remove: 'call', list: 'call', inspect: 'call', connect: 'call', disconnect: 'call' },
  volumes: { create: 'call', remove: 'call', list: 'call', inspect: 'call' },
}

/** `containers.start` -> `call`; undefined for what is no method. */
export function answerKind(method: string): 'call' | 'stream' | undefined {
  const [first = '', second] = method.split('.')
  if (!Object.hasOwn(engineMethods, first)) return undefined
  const entry = engineMethods[first as keyof typeof engineMethods]
  if (typeof entry === 'string') return second === undefined ? entry : undefined
  if (second === undefined || !Object.hasOwn(entry, second)) return undefined
  return (entry as Readonly<Record<string, 'call' | 'stream'>>)[second]
}
