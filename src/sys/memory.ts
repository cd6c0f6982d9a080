import { libc } from './ffi/libc.ts'

const trim = libc('int malloc_trim(size_t keep)')

/**
 * Gives memory the C library keeps after a burst of work (ended threads, buffers) back to the kernel.
 * Takes some milliseconds; for the quiet time after such work.
 */
export function releaseMemory(): void {
  trim(0)
}
