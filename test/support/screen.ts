import headless from '@xterm/headless'

/** What a terminal of 100 columns and 60 rows shows once a program has written `bytes` to it: lines without spaces at their ends. */
export async function screenAfter(bytes: string): Promise<readonly string[]> {
  const terminal = new headless.Terminal({ cols: 100, rows: 60, scrollback: 1000, allowProposedApi: true })
  await new Promise<void>((written) => terminal.write(bytes, written))
  const buffer = terminal.buffer.active
  const lines = Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '')
  terminal.dispose()
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1)
}
