import { readdirSync, readlinkSync } from 'node:fs'
import { checked, libc } from './ffi/libc.ts'

const setSize = libc('int ioctl(int fd, unsigned long request, void *size)')
const TIOCSWINSZ = 0x5414

/** Sets a terminal's size, on either side of it; its foreground processes get SIGWINCH where it changed. */
export function setWindowSize(fd: number, { columns, rows }: { readonly columns: number; readonly rows: number }): void {
  const size = Buffer.alloc(8)
  size.writeUInt16LE(rows & 0xffff, 0)
  size.writeUInt16LE(columns & 0xffff, 2)
  checked('ioctl TIOCSWINSZ', setSize(fd, TIOCSWINSZ, size), String(fd))
}

/** Number of a process's descriptor of the master side of a terminal it made; undefined where it has none. */
export function terminalMaster(pid: number): number | undefined {
  const directory = `/proc/${pid}/fd`
  const found = readdirSync(directory).find((name) => linkOf(`${directory}/${name}`).endsWith('ptmx'))
  return found === undefined ? undefined : Number(found)
}

/** Descriptors may be closed while we look. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
