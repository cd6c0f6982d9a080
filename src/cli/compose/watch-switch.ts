/** The watch beside attached output: on from the start, or turned on and off by a key. */
export interface WatchSwitch {
  isOn(): boolean
  /** Resolves when the watch has ended, however; rejects where it failed. */
  turnOn(): Promise<void>
  /** Resolves when it watches no more. */
  turnOff(): Promise<void>
}

/** `start` watches until its signal aborts; `onChange` hears whether it does. */
export function createWatchSwitch(start: (signal: AbortSignal) => Promise<void>, onChange: (isOn: boolean) => void): WatchSwitch {
  let current: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined
  return {
    isOn: () => current !== undefined,
    turnOn: () => {
      const stop = new AbortController()
      const ended = start(stop.signal).finally(() => {
        current = undefined
        onChange(false)
      })
      current = { stop, ended }
      onChange(true)
      return ended
    },
    turnOff: async () => {
      current?.stop.abort()
      await current?.ended.catch(() => {})
    },
  }
}
