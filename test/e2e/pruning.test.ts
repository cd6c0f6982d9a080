import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* What lists filter, what df counts, and what prune takes away and leaves: one running project, one that has ended. */

const cli = createCli('/')
let directory: string
let alive: TestProject
let ended: TestProject

/** An image of one random file of so many bytes. */
async function importImage(reference: string, bytes: number, label: string): Promise<void> {
  sh(`cd ${directory} && head -c ${bytes} /dev/urandom >data && tar -cf data.tar data`)
  await cli.ok(['image', 'import', '-c', `LABEL ${label}`, join(directory, 'data.tar'), reference])
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
const names = async (...filters: readonly string[]): Promise<readonly string[]> => {
  const listed = await cli.ok(['image', 'ls', '--format', 'json', ...filters.flatMap((filter) => ['--filter', filter])])
  return lines(listed)
    .map((line) => JSON.parse(line) as { Repository: string; Tag: string })
    .map(({ Repository, Tag }) => `${Repository}:${Tag}`)
    .sort()
}

beforeAll(async () => {
  requireSandbox()
  directory = mkdtempSync(join(tmpdir(), 'tscompose-pruning-'))
  await importBusybox()
  await importImage('shop/old:1', 100_000, 'team=red')
  await importImage('shop/new:1', 300_000, 'team=blue')
  // The first of these loses its name to the second.
  await importImage('shop/moved:1', 200_000, 'team=red')
  await importImage('shop/moved:1', 250_000, 'team=blue')
  alive = createProject(
    'alive',
    `services:\n  web: { image: ${busyboxImage}, command: sleep 1000, volumes: [data:/data, /scratch] }\nvolumes: { data: {} }\n`,
  )
  ended = createProject(
    'ended',
    `services:\n  job: { image: ${busyboxImage}, command: "sh -c 'echo done >/scratch/f'", volumes: [/scratch] }\n`,
  )
  await alive.ok(['up', '-d'])
  await ended.ok(['up'])
}, 120_000)

afterAll(async () => {
  await alive.close()
  await ended.close()
  await cli.run(['engine', 'stop'])
  rmSync(directory, { recursive: true, force: true })
})

describe('image ls --filter', () => {
  it.each([
    [['dangling=true'], ['<none>:<none>']],
    [['label=team=red'], ['<none>:<none>', 'shop/old:1']],
    [
      ['label=team', 'dangling=false'],
      ['shop/moved:1', 'shop/new:1', 'shop/old:1'],
    ],
    [
      ['reference=shop/*:1', 'label=team=blue'],
      ['shop/moved:1', 'shop/new:1'],
    ],
    [['reference=*'], []],
    [
      ['reference=shop/old', 'reference=shop/new'],
      ['shop/new:1', 'shop/old:1'],
    ],
    [['since=shop/new:1', 'dangling=false'], ['shop/moved:1']],
    [['before=shop/new:1', 'reference=shop/*'], ['shop/old:1']],
    [['until=1h'], []],
    [['until=0s', 'reference=shop/old'], ['shop/old:1']],
  ])('%j shows %j', async (filters, expected) => {
    expect(await names(...filters)).toEqual(expected)
  })

  it.each(['colour=red', 'dangling=perhaps', 'label'])('refuses %s and says what there is', async (filter) => {
    const { exitCode, stderr } = await cli.run(['image', 'ls', '--filter', filter])
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain(`invalid filter '${filter}'`)
    expect(stderr).toContain('reference=<pattern>')
  })
})

describe('system df', () => {
  it('adds up to what is on the disk', async () => {
    const rows = lines(await cli.ok(['system', 'df', '--format', 'json'])).map((line) => JSON.parse(line) as { Type: string; Size: string })
    const bytes = (text: string): number => Number.parseFloat(text) * ({ B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[text.replace(/[\d.]/g, '')] ?? 0)
    const counted = rows.filter(({ Type }) => Type !== 'Local Volumes').reduce((sum, { Size }) => sum + bytes(Size), 0)
    const onDisk = Number(
      sh(
        `cd /var/lib/tscompose && find overlay2/*/diff content/blobs rootfs/*/upper -type f -printf '%s\\n' | awk '{ sum += $1 } END { print sum }'`,
      ),
    )
    expect(counted).toBeGreaterThan(onDisk * 0.95)
    expect(counted).toBeLessThan(onDisk * 1.05)
  })
})

describe('system prune', () => {
  const volumes = (): readonly string[] => lines(sh('ls /var/lib/tscompose/volumes'))

  it('asks first, and takes no answer for a no', async () => {
    await cli.ok(['system', 'prune'])
    expect(await names('dangling=true')).toHaveLength(1)
  })

  it('takes away only what matches', async () => {
    const said = await cli.ok(['system', 'prune', '-f', '--filter', 'label=team=blue'])
    expect(said).not.toContain('Deleted')
    expect(await names('dangling=true')).toHaveLength(1)
    expect(lines(await ended.ok(['ps', '-a', '-q']))).toHaveLength(1)
    const wrong = await cli.run(['system', 'prune', '-f', '--volumes', '--filter', 'until=1h'])
    expect(wrong.exitCode).not.toBe(0)
  })

  it('spares what has one of the labels of label!=', async () => {
    const filters = (...words: readonly string[]): readonly string[] => words.flatMap((word) => ['--filter', word])
    const containers = ['label!=com.docker.compose.project=alive', 'label!=com.docker.compose.project=ended']
    expect(await cli.ok(['system', 'prune', '-f', ...filters(...containers, 'label!=team')])).not.toMatch(
      /Deleted (?:Containers|Networks|Images)/,
    )
    expect(await cli.ok(['image', 'prune', '-f', ...filters('label!=team=red', 'label!=nosuch')])).toBe('Total reclaimed space: 0B\n')
    await importImage('shop/spare:1', 1000, 'team=green')
    const said = await cli.ok(['image', 'prune', '-af', ...filters('label!=team=red', 'label!=team=blue')])
    expect(said).toContain('untagged: shop/spare:1')
    expect(await names()).toEqual(['<none>:<none>', 'shop/moved:1', 'shop/new:1', 'shop/old:1', busyboxImage])
  })

  it('removes what has ended and what has no name, and leaves what runs', async () => {
    const job = (await ended.ok(['ps', '-a', '-q'])).trim()
    const kept = volumes()
    const said = await cli.ok(['system', 'prune', '-f'])
    expect(said).toContain(`Deleted Containers:\n${job}`)
    expect(said).toContain('Deleted Networks:\nended_default\n')
    expect(said).toMatch(/Deleted Images:\ndeleted: sha256:/)
    expect(said).not.toContain('alive')
    expect(await ended.ok(['ps', '-a', '-q'])).toBe('')
    expect(await names()).toEqual(['shop/moved:1', 'shop/new:1', 'shop/old:1', busyboxImage])
    expect(volumes()).toEqual(kept)
    expect(sh('ip -o link show type bridge | wc -l').trim()).toBe('1')
    expect(await alive.ok(['exec', '-T', 'web', 'sh', '-c', 'echo x >/data/f; cat /data/f'])).toBe('x\n')
  })

  it('removes anonymous volumes and unused images where it is told to, and never those of a container', async () => {
    const before = volumes().length
    const said = await cli.ok(['system', 'prune', '-f', '--all', '--volumes'])
    expect(said).toMatch(/Deleted Volumes:\n[0-9a-f]{64}\n\n/)
    expect(volumes()).toHaveLength(before - 1)
    expect(volumes()).toContain('alive_data')
    expect(await names()).toEqual([busyboxImage])
    expect(await alive.ok(['exec', '-T', 'web', 'ls', '/data'])).toBe('f\n')
    expect(await cli.ok(['system', 'prune', '-f', '--all', '--volumes'])).toBe('Total reclaimed space: 0B\n')
  })
})
