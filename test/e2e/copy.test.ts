import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* What the files look like was recorded from docker compose 2.40.3 with Docker 28. */

let project: TestProject
let files: string

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
  project = createProject(
    'copies',
    `
services:
  web:
    image: ${busyboxImage}
    command: ["sleep", "1000"]
    user: nobody
    scale: 2
    stop_grace_period: 0s
    volumes: [data:/vol, ./ro:/ro:ro]
  idle:
    image: ${busyboxImage}
    user: nobody
    volumes: [data:/deep/vol]
volumes: { data: }
`,
  )
  files = project.directory
  sh(
    `mkdir -p ro src/sub; echo f >src/f; echo g >src/sub/g; chmod 750 src/f; ln -s f src/link; ln src/f src/hard
     chown -hR 1234:4321 src; chmod 4755 src/sub/g; touch -d '2020-01-02 03:04:05 UTC' src/f; ln -s src srclink`,
    { cwd: files },
  )
  await project.ok(['up', '-d', '--no-start'])
  await project.ok(['start', 'web'])
})
afterAll(async () => {
  await project.close()
  await createCli('/').run(['engine', 'stop'])
})

const cp = (...args: readonly string[]): ReturnType<TestProject['run']> => project.run(['cp', ...args])
const inside = (command: string, index = 1): Promise<string> =>
  project.ok(['exec', '-T', '-u', 'root', '--index', String(index), 'web', 'sh', '-c', command])

describe('cp into containers', () => {
  it('copies a tree with ids, modes, times and links as they are, into every replica, and says so', async () => {
    const { stderr, exitCode } = await cp('src', 'web:/new')
    expect(exitCode).toBe(0)
    for (const n of [1, 2]) {
      expect(stderr.split('\n')).toContain(` copies-web-${n} copy src to copies-web-${n}:/new Copying`)
      expect(stderr.split('\n')).toContain(` copies-web-${n} copy src to copies-web-${n}:/new Copied`)
      expect(await inside('cd /new; stat -c "%n %u:%g %a %F" . f sub sub/g link; readlink link; stat -c %Y f; [ f -ef hard ]', n)).toBe(
        '. 1234:4321 755 directory\nf 1234:4321 750 regular file\nsub 1234:4321 755 directory\nsub/g 1234:4321 4755 regular file\n' +
          'link 1234:4321 777 symbolic link\nf\n1577934245\n',
      )
    }
  })

  it('puts a directory into one that is there, its contents where it ends in /., and gives files to the user with -a', async () => {
    await inside('mkdir /there; chown 7:7 /there')
    expect((await cp('--index', '1', 'src', 'web:/there')).exitCode).toBe(0)
    expect((await cp('--index', '1', 'src/.', 'web:/there')).exitCode).toBe(0)
    expect((await cp('--index', '1', '-a', 'src/f', 'web:/mine')).exitCode).toBe(0)
    expect(await inside('cd /there; ls; ls src; stat -c %u /there; stat -c %u:%g /mine')).toBe(
      'f\nhard\nlink\nsrc\nsub\nf\nhard\nlink\nsub\n7\n65534:65534\n',
    )
    await expect(inside('ls /there', 2)).rejects.toThrow('No such file')
  })

  it('copies a link as a link, what it leads to with -L, and through one that ends in a slash', async () => {
    symlinkSync('src/f', join(files, 'flink'))
    for (const args of [
      ['flink', 'web:/l1'],
      ['-L', 'flink', 'web:/l2'],
      ['srclink/', 'web:/l3'],
    ])
      expect((await cp('--index', '1', ...args)).exitCode).toBe(0)
    expect(await inside('readlink /l1; cat /l2; ls /l3')).toBe('src/f\nf\nf\nhard\nlink\nsub\n')
    await inside('mkdir -p /real; ln -s real /way; ln -s ../../../etc/outside /way/escape')
    expect((await cp('--index', '1', 'src/f', 'web:/way')).exitCode).toBe(0)
    // The link of the container leads to the container's /etc, never to the host's.
    expect((await cp('--index', '1', 'src/f', 'web:/way/escape')).exitCode).toBe(0)
    expect(await inside('cat /real/f /etc/outside')).toBe('f\nf\n')
    expect(existsSync('/etc/outside')).toBe(false)
  })

  it('refuses what has no place, in a sentence, and leaves nothing behind', async () => {
    for (const [args, words] of [
      [['src/f', 'web:/no/x'], 'there is no directory /no to copy into'],
      [['src/f', 'web:/no/'], 'there is no directory /no to copy into'],
      [['src', 'web:/bin/busybox'], 'cannot copy the directory'],
      [['src/f', 'web:/bin/busybox/'], 'is not a directory'],
      [['none', 'web:/x'], '/none'],
      [['src/f', 'web:/ro/x'], 'read-only file system'],
      [['src/f', 'none:/x'], 'no container found for service "none"'],
      [['--index', '9', 'src/f', 'web:/x'], 'has no container #9'],
      [['a', 'b'], 'unknown copy direction'],
      [['web:/a', 'idle:/b'], 'copying between services is not supported'],
    ] as const) {
      const { exitCode, stderr } = await cp(...args)
      expect([args, exitCode, stderr]).toEqual([args, 1, expect.stringContaining(words)])
    }
    expect(await inside('ls -a / /ro | grep -E "^(no|x|[.]tscompose.*)$" || echo nothing')).toBe('nothing\n')
  })

  it('unpacks a tar from standard input into a directory that is there, and keeps names inside it', async () => {
    const tar = `tar -C '${files}' -P --transform 's,^src,../../up,' -cf - src/f src/sub`
    sh(`${tar} | '${join(import.meta.dirname, '../../bin/tscompose')}' cp - web:/tmp`, { cwd: files })
    expect(await inside('cat /tmp/up/f /tmp/up/sub/g; ls /up 2>&1 || true', 2)).toContain('f\ng\n')
    expect(existsSync('/up')).toBe(false)
    const { exitCode, stderr } = await project.run(['cp', '-', 'web:/tmp'], { input: 'no archive at all'.repeat(100) })
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('the archive is not valid')])
  })
})

describe('cp out of containers', () => {
  it('copies files and trees to the host as root, with -a as their owner, and as a tar to standard output', async () => {
    await inside('mkdir -p /out/in; echo 1 >/out/in/one; chown -R 65534:65534 /out; ln -s in /out/link')
    expect((await cp('web:/out', 'o1')).exitCode).toBe(0)
    expect((await cp('-a', 'web:/out/.', 'o2')).exitCode).toBe(0)
    expect((await cp('web:out/in/one', '.')).exitCode).toBe(0)
    expect(sh('stat -c %n:%u o1 o1/in o1/in/one o2/in/one; readlink o1/link; cat one', { cwd: files })).toBe(
      'o1:0\no1/in:0\no1/in/one:0\no2/in/one:65534\nin\n1\n',
    )
    const launcher = join(import.meta.dirname, '../../bin/tscompose')
    expect(sh(`'${launcher}' cp web:/out - 2>/dev/null | tar --numeric-owner -tvf - | awk '{print $2, $6}'`, { cwd: files })).toBe(
      '65534/65534 out/\n65534/65534 out/in/\n65534/65534 out/in/one\n0/0 out/link\n',
    )
    expect((await cp('web:/none', '.')).stderr).toContain('there is no file /none')
    expect((await cp('web:/out', 'one')).stderr).toContain('cannot copy the directory /out over')
    expect((await cp('web:/proc/version', 'kernel')).exitCode).toBe(0)
    expect(readFileSync(join(files, 'kernel'), 'utf8')).toContain('Linux version')
  })

  it('reaches containers that do not run, their volumes too', async () => {
    expect((await cp('src/f', 'idle:/deep/vol')).exitCode).toBe(0)
    expect(await inside('cat /vol/f')).toBe('f\n')
    // Never started: nobody made the mount point yet.
    expect((await cp('idle:/deep/vol', 'early')).exitCode).toBe(0)
    expect(readFileSync(join(files, 'early/f'), 'utf8')).toBe('f\n')
    await project.ok(['start', 'idle'])
    await project.ok(['stop', '-t', '0', 'idle'])
    expect((await cp('src', 'idle:/deep')).exitCode).toBe(0)
    expect((await cp('idle:/deep', 'deep')).exitCode).toBe(0)
    expect(sh('cat deep/src/sub/g deep/vol/f', { cwd: files })).toBe('g\nf\n')
    expect((await cp('idle:/deep/vol', 'vol')).exitCode).toBe(0)
    expect(sh('cat vol/f; findmnt -rno TARGET | grep -c idle || true', { cwd: files })).toBe('f\n0\n')
  })
})
