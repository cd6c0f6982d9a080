/** What a progress event is about. */
export type TargetKind = 'image' | 'layer' | 'container' | 'network' | 'volume' | 'build' | 'project'

export interface EventTarget {
  readonly kind: TargetKind
  /** The name people know it by: `Container shop-web-1`, `Network shop_default`, an image reference, a short digest. */
  readonly name: string
}

export type EventPhase = 'start' | 'progress' | 'done' | 'warn' | 'fail'

/**
 * One step of work as the terminal shows it. `verb` is in the present while it runs and in the past when it is over:
 * docker compose's words (Creating/Created, Starting/Started, Waiting/Healthy, Pulling/Pulled, Building/Built …).
 */
export interface ProgressEvent {
  readonly target: EventTarget
  /** Set where this is a part of another target's work, such as a layer of an image. */
  readonly parent?: EventTarget
  readonly verb: string
  readonly phase: EventPhase
  /** Free text: a reason, a line of build output, a warning. */
  readonly text?: string
  /** Bytes done and in all, where they are known. */
  readonly current?: number
  readonly total?: number
}

export type EventSink = (event: ProgressEvent) => void
