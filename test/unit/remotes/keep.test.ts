import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepDownloads } from '../../../src/remotes/keep.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tscompose-keep-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const day = 24 * 3_600_000

/** A download; `usedDays` ago it was last used, undefined: it is from before uses were noted, and 60 days old. */
function download(name: string, usedDays?: number): string {
  mkdirSync(join(directory, name))
  const file = join(directory, name, 'compose.yaml')
  writeFileSync(file, '')
  const at = (days: number): Date => new Date(Date.now() - days * day)
  utimesSync(join(directory, name), at(60), at(60))
  if (usedDays === undefined) return file
  writeFileSync(join(directory, `${name}.used`), '')
  utimesSync(join(directory, `${name}.used`), at(usedDays), at(usedDays))
  return file
}

const places = (): readonly string[] => readdirSync(directory).filter((name) => !name.endsWith('.used'))

it('deletes what was unused for 30 days when a new one comes, but nothing that is mounted', async () => {
  download('lately', 29)
  download('long-ago', 31)
  download('mounted', 31)
  download('unmarked')
  mkdirSync(join(directory, 'killed.tmp'))
  utimesSync(join(directory, 'killed.tmp'), 0, 0)
  mkdirSync(join(directory, 'running.tmp'))
  await keepDownloads(directory, download('new'), async () => [join(directory, 'mounted/html'), '/elsewhere'])
  expect(places()).toEqual(['lately', 'mounted', 'new', 'running.tmp'])
  expect(readdirSync(directory)).not.toContain('long-ago.used')
})

it('deletes nothing where nobody can say what is mounted, nor without a new one', async () => {
  download('long-ago', 31)
  await keepDownloads(directory, download('new'), async () => undefined)
  await keepDownloads(directory, join(directory, 'new/compose.yaml'), async () => [])
  expect(places()).toEqual(['long-ago', 'new'])
})

it('keeps what is used again', async () => {
  const file = download('old-friend', 31)
  await keepDownloads(directory, file, async () => [])
  await keepDownloads(directory, download('new'), async () => [])
  expect(places()).toEqual(['new', 'old-friend'])
})
