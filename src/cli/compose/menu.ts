import type { Output, Terminal } from '../terminal.ts'

/** What keys do while the output of containers is shown. */
export interface MenuKeys {
  /** `w` */
  readonly toggleWatch: () => void
  /** Ctrl-C, which is no signal while keys are read one by one. */
  readonly interrupt: () => void
}

/** A line of keys below everything that is written. */
export interface Menu {
  /** The terminal to write to instead: the line steps aside for whole lines. */
  readonly terminal: Terminal
  /** Starts to read keys and shows the line. */
  open(keys: MenuKeys): void
  /** What `w` would do now. */
  setWatching(watching: boolean): void
  close(): void
}

const eraseLine = '\r\x1b[2K'

/** The menu of attached `up` on a terminal. */
export function createMenu(terminal: Terminal, { color }: { readonly color: boolean }): Menu {
  let isOpen = false
  let isDrawn = false
  let watching = false
  let release = (): void => {}
  const draw = (): void => {
    if (!isOpen || isDrawn) return
    isDrawn = true
    const text = `${watching ? 'Disable' : 'Enable'} Watch`
    terminal.stdout.write(color ? `\x1b[1;36mw\x1b[0m\x1b[2m ${text}\x1b[0m` : `w ${text}`)
  }
  const erase = (): void => {
    if (isDrawn) terminal.stdout.write(eraseLine)
    isDrawn = false
  }
  const suspend = (): void => {
    erase()
    void terminal.suspend().then(draw)
  }
  const above = (output: Output): Output => ({
    isTty: output.isTty,
    columns: output.columns,
    rows: output.rows,
    write: (text) => {
      erase()
      output.write(text)
      if (text.endsWith('\n')) draw()
    },
  })
  return {
    terminal: { ...terminal, stdout: above(terminal.stdout), stderr: above(terminal.stderr) },
    open: (keys) => {
      isOpen = true
      const actions: Readonly<Record<string, () => void>> = { w: keys.toggleWatch, '\x03': keys.interrupt, '\x1a': suspend }
      release = terminal.onKey((pressed) => actions[pressed]?.())
      draw()
    },
    setWatching: (now) => {
      watching = now
      erase()
      draw()
    },
    close: () => {
      release()
      erase()
      isOpen = false
    },
  }
}
