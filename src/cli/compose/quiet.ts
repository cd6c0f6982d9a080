import type { EventSink } from '../../base/event.ts'
import type { Invocation } from '../verb.ts'
import { isSet } from './flags.ts'

/** The scope without the details of pulls (--quiet-pull) and builds (--quiet-build), that they happen is still said; with --quiet without a word. */
export function quieted<S extends { readonly sink?: EventSink }>(scope: S, flags: Invocation['flags']): S {
  const { sink } = scope
  const pulls = isSet(flags, 'quietPull')
  const builds = isSet(flags, 'quietBuild')
  if (sink !== undefined && isSet(flags, 'quiet')) return { ...scope, sink: () => {} }
  if (sink === undefined || !(pulls || builds)) return scope
  return {
    ...scope,
    sink: (event) => {
      if (pulls && event.target.kind === 'layer') return
      if (builds && event.target.kind === 'build') return
      sink(event)
    },
  }
}
