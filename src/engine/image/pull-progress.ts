import type { EventSink, EventTarget } from '../../base/event.ts'
import type { JobProgress } from './work/jobs.ts'

/** Progress of one layer in docker's words. */
export interface LayerProgress {
  exists(): void
  report(progress: JobProgress): void
  complete(): void
}

/** `name` is the image as the caller wrote it; layers show by the first 12 digits of their digest. */
export function createLayerProgress(sink: EventSink, parent: EventTarget, digest: string): LayerProgress {
  const target: EventTarget = { kind: 'layer', name: digest.replace(/^sha\d+:/, '').slice(0, 12) }
  const emit = (
    verb: string,
    phase: 'start' | 'progress' | 'done',
    bytes: { readonly current?: number; readonly total?: number } = {},
  ): void => sink({ target, parent, verb, phase, ...bytes })
  let begun = false
  return {
    exists: () => emit('Already exists', 'done'),
    report: ({ stage, current, total }) => {
      if (!begun) emit('Pulling fs layer', 'start')
      begun = true
      if (stage === 'downloading') emit('Downloading', 'progress', { current, total })
      else if (stage === 'downloaded') {
        emit('Verifying Checksum', 'progress')
        emit('Download complete', 'progress', { current, total })
      } else if (stage === 'extracting') emit('Extracting', 'progress', { current })
    },
    complete: () => emit('Pull complete', 'done'),
  }
}
