import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TscomposeError } from '../base/errors.ts'
import type { Terminal } from './terminal.ts'

/**
 * Where an archive goes: the file that was named, or standard output, which gets it when it is whole.
 * Rejects USAGE where that would be a terminal, or its directory is not there.
 */
export async function withOutputFile(
  terminal: Terminal,
  file: string | undefined,
  write: (path: string) => Promise<unknown>,
): Promise<void> {
  if (file !== undefined && file !== '') {
    const path = resolve(terminal.cwd, file)
    if (!existsSync(dirname(path))) {
      throw new TscomposeError('invalid', 'USAGE', `cannot write ${file}: there is no directory ${dirname(path)}`, {
        hint: 'make the directory, or name another file',
      })
    }
    await write(path)
    return
  }
  if (terminal.stdout.isTty) {
    throw new TscomposeError('invalid', 'USAGE', 'an archive is not for a terminal', {
      hint: 'name a file with --output, or redirect the output',
    })
  }
  await inScratch(async (path) => {
    await write(path)
    await pipeline(createReadStream(path), process.stdout, { end: false })
  })
}

/** Where an archive comes from: the file that was named, or all of standard input. Rejects USAGE where that is a terminal. */
export async function withInputFile<T>(terminal: Terminal, file: string | undefined, read: (path: string) => Promise<T>): Promise<T> {
  if (file !== undefined && file !== '' && file !== '-') return read(resolve(terminal.cwd, file))
  if (terminal.stdinIsTty) {
    throw new TscomposeError('invalid', 'USAGE', 'an archive cannot be typed', { hint: 'name a file with --input, or redirect the input' })
  }
  return inScratch(async (path) => {
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }))
    return read(path)
  })
}

async function inScratch<T>(use: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'tscompose-'))
  try {
    return await use(join(directory, 'archive.tar'))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
