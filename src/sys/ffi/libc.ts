import { createRequire } from 'node:module'
import type { KoffiFunc, TypeObject } from 'koffi'
import { SysError } from '../sys-error.ts'

type Koffi = typeof import('koffi')

const require = createRequire(import.meta.url)

/** koffi, loaded on first use: it costs about 11 ms, which no command without system calls should pay. */
export function koffi(): Koffi {
  return require('koffi') as Koffi
}

/** A C library function bound on first call. `fn(...args)` returns its raw result. */
export type LibcFunction = (...args: readonly unknown[]) => number

/**
 * Declares a libc function by its C prototype, such as `int umount2(const char *target, int flags)`.
 * Always called synchronously: koffi's asynchronous calls run on pool threads, in whatever namespace those are.
 */
export function libc(prototype: string): LibcFunction {
  let bound: KoffiFunc<LibcFunction> | undefined
  return (...args) => {
    bound ??= loadLibc().func(prototype)
    return bound(...args)
  }
}

/**
 * The same on a pool thread, for calls that may take long and do not depend on the calling thread: a descriptor keeps its
 * namespace, a path or a new socket would not. errno is lost; use it where the result itself says enough.
 */
export function libcAsync(prototype: string): (...args: readonly unknown[]) => Promise<number> {
  let bound: KoffiFunc<LibcFunction> | undefined
  return (...args) => {
    bound ??= loadLibc().func(prototype)
    const call = bound
    return new Promise((resolve, reject) => {
      call.async(...[...args], (error: unknown, result: number) => (error === null ? resolve(result) : reject(error)))
    })
  }
}

/** errno of the last libc call of this thread; read it before anything else runs. */
export function errno(): number {
  return koffi().errno()
}

/** Returns the result of a call, or throws SysError where it is negative. Call directly around the libc call. */
export function checked(call: string, result: number, subject?: string): number {
  if (result >= 0) return result
  throw new SysError(call, errno(), subject)
}

let library: ReturnType<Koffi['load']> | undefined

function loadLibc(): ReturnType<Koffi['load']> {
  library ??= koffi().load('libc.so.6')
  return library
}

/** A struct type declared once, on first use. */
export function lazyType(define: (k: Koffi) => TypeObject): () => TypeObject {
  let type: TypeObject | undefined
  return () => {
    type ??= define(koffi())
    return type
  }
}
