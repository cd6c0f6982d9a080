import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage, busyboxTar } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { type Docker, hasDocker, startDocker } from '../support/docker.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* Images that go between tscompose and the real Docker, through a registry and through files, and are the same on both sides. */

/** Prints every name of the image with type, mode, owner, size, time and link target, and what is in the files. */
const listScript = `#!/bin/sh
echo "env $COLOR, as $(id -u):$(id -g), in $PWD"
cd /
echo "bin $(ls -ln --full-time bin | sha256sum)"
for top in $(ls -A); do
  case $top in proc | sys | dev | bin | .dockerenv) continue ;; esac
  find "$top" ! -path 'etc/host*' ! -path etc/resolv.conf ! -path etc/mtab
done | sort | while read -r name; do
  if [ -L "$name" ]; then echo "$name -> $(readlink "$name") $(stat -c '%u:%g' "$name")"
  elif [ -d "$name" ]; then stat -c '%n/ %a %u:%g' "$name"
  else stat -c '%n %F %a %u:%g %s %Y %h' "$name"; [ ! -f "$name" ] || sha256sum "$name"; fi
done
`

const dockerfile = `FROM BASE
COPY list.sh /list.sh
RUN mkdir -p /app/old /app/kept && echo one >/app/old/one && echo two >/app/kept/two && ln -s ../kept/two /app/link
RUN rm -r /app/old && mkdir /app/old && echo fresh >/app/old/fresh && ln /app/kept/two /app/hard && chown 1000:2000 /app/kept
RUN rm /etc/group- /app/link; touch -d '2001-02-03 04:05:06' /app/dated && chmod 4755 /app/dated && mkfifo /app/fifo
ENV COLOR=blau
USER 1000:2000
WORKDIR /app/work
CMD ["sh", "/list.sh"]
`

const isHere = hasDocker()
if (!isHere) console.log('docker-images: skipped, there is no dockerd on PATH')

const compose = (image: string): string => `
services:
  app:
    build: { context: ./context, network: none }
    image: ${image}
    network_mode: none
`

const ours = 'interop/ours:1'
const theirs = 'interop/theirs:1'
const suffixes = ['', '.gz', '.zst', '.xz']

let root: string
let docker: Docker
let registry: LoopbackRegistry
let project: TestProject
/** What the images show where they were built. */
let listed: { readonly ours: string; readonly theirs: string }
const cli = createCli('/')

const idHere = (name: string): Promise<string> => cli.ok(['image', 'inspect', '--format', '{{.Id}}', name])
const idThere = (name: string): Promise<string> => docker.ok(['image', 'inspect', '--format', '{{.Id}}', name])

function runHere(name: string): Promise<string> {
  project.write('compose.yaml', compose(name))
  return project.ok(['run', '--rm', '-T', 'app'])
}

beforeAll(async () => {
  if (!isHere) return
  requireSandbox()
  root = mkdtempSync(join(tmpdir(), 'tscompose-docker-'))
  registry = await startRegistry(root)
  docker = await startDocker(join(root, 'docker'))
  await importBusybox()
  mkdirSync(join(root, 'busybox'))
  await docker.ok(['import', '-c', 'CMD ["sh"]', busyboxTar(join(root, 'busybox')), busyboxImage])
  project = createProject('interop', compose(ours))
  project.write('context/list.sh', listScript)
  project.write('context/Dockerfile', dockerfile.replace('BASE', busyboxImage))
  await project.ok(['build', 'app'])
  await docker.ok(['build', '-q', '--network', 'none', '-t', theirs, join(project.directory, 'context')])
  listed = { ours: await runHere(ours), theirs: await docker.ok(['run', '--rm', '--network', 'none', theirs]) }
}, 120_000)

afterAll(async () => {
  if (!isHere) return
  await project.close()
  await cli.run(['engine', 'stop'])
  await docker.stop()
  await registry.stop()
  rmSync(root, { recursive: true, force: true })
})

describe.skipIf(!isHere)('an image built here', () => {
  it('is pushed, pulled by docker, and shows the same files, owners and settings there', async () => {
    const name = `${registry.host}/interop/ours:1`
    await cli.ok(['image', 'tag', ours, name])
    await cli.ok(['image', 'push', name])
    await docker.ok(['pull', '-q', name])
    expect(listed.ours).toContain('app/old/fresh regular file')
    expect(listed.ours).not.toContain('app/old/one')
    expect(listed.ours).toContain('env blau, as 1000:2000, in /app/work')
    expect(await docker.ok(['run', '--rm', '--network', 'none', name])).toBe(listed.ours)
    await docker.ok(['image', 'rm', name])
  })

  it('is saved, and loaded by docker under its name and ID, plain and packed', async () => {
    const tar = join(root, 'ours.tar')
    await cli.ok(['image', 'save', '-o', tar, ours])
    for (const suffix of suffixes) {
      expect(await docker.ok(['load', '-q', '-i', packed(tar, suffix)])).toContain(ours)
      expect(await idThere(ours)).toBe(await idHere(ours))
      if (suffix === '') expect(await docker.ok(['run', '--rm', '--network', 'none', ours])).toBe(listed.ours)
      await docker.ok(['image', 'rm', ours])
    }
  })

  it('is saved as an OCI layout too, which skopeo copies and umoci unpacks to the same files', async () => {
    sh(`
      cd ${root} && mkdir layout && tar -C layout -xf ours.tar
      skopeo copy -q oci:layout oci:copied:1
      umoci unpack --image copied:1 unpacked
    `)
    const enter = `chroot --userspec=1000:2000 --groups=2000 ${root}/unpacked/rootfs env -i COLOR=blau /bin/sh -c 'cd /app/work && sh /list.sh'`
    expect(sh(enter)).toBe(listed.ours)
  })
})

describe.skipIf(!isHere)('an image built by docker', () => {
  it('is pushed by docker, pulled here, and shows the same files, owners and settings', async () => {
    const name = `${registry.host}/interop/theirs:1`
    await docker.ok(['tag', theirs, name])
    await docker.ok(['push', '-q', name])
    await cli.ok(['image', 'pull', '-q', name])
    expect(listed.theirs).toContain('env blau, as 1000:2000, in /app/work')
    expect(await runHere(name)).toBe(listed.theirs)
    expect(await idHere(name)).toBe(await idThere(name))
    await cli.ok(['image', 'rm', '-f', name])
  })

  it('is saved by docker, and loaded here under its name and ID, plain and packed', async () => {
    const tar = join(root, 'theirs.tar')
    await docker.ok(['save', '-o', tar, theirs])
    for (const suffix of suffixes) {
      expect(await cli.ok(['image', 'load', '-i', packed(tar, suffix)])).toContain(theirs)
      expect(await idHere(theirs)).toBe(await idThere(theirs))
      if (suffix === '') expect(await runHere(theirs)).toBe(listed.theirs)
      await cli.ok(['image', 'rm', '-f', theirs])
    }
  })

  it('goes back through a file as the very image it was', async () => {
    const id = await idThere(theirs)
    await cli.ok(['image', 'load', '-i', join(root, 'theirs.tar')])
    await cli.ok(['image', 'save', '-o', join(root, 'back.tar'), theirs])
    await docker.ok(['image', 'rm', theirs])
    await docker.ok(['load', '-q', '-i', join(root, 'back.tar')])
    expect(await idThere(theirs)).toBe(id)
  })
})

/** A packed copy of the file. */
function packed(tar: string, suffix: string): string {
  const programs: Readonly<Record<string, string>> = { '.gz': 'gzip -1', '.zst': 'zstd -q', '.xz': 'xz -0' }
  const program = programs[suffix]
  if (program !== undefined) sh(`${program} -c ${tar} >${tar}${suffix}`)
  return `${tar}${suffix}`
}
