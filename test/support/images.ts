import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createContentStore } from '../../src/engine/content/store.ts'
import { createImagePart, type ImagePart } from '../../src/engine/image/image-part.ts'
import { parseImageRecord } from '../../src/engine/image/record.ts'
import type { SnapshotStore } from '../../src/engine/parts.ts'
import { createRegistryClient } from '../../src/engine/registry/client.ts'
import { createSnapshotStore } from '../../src/engine/snapshot/snapshot-store.ts'
import { createRecordStore } from '../../src/engine/state/records.ts'
import { sh } from './command.ts'

/** The image part on the real content, registry, snapshot and record stores. */
export interface TestImages extends ImagePart {
  readonly snapshots: SnapshotStore
  readonly dataRoot: string
  readonly warnings: string[]
}

export async function openImages(dataRoot: string, usersOf: (id: string) => readonly string[] = () => []): Promise<TestImages> {
  const warnings: string[] = []
  const warn = (text: string): void => {
    warnings.push(text)
  }
  mkdirSync(dataRoot, { recursive: true })
  const paths = { dataRoot, runRoot: '/run/tscompose' }
  const snapshots = await createSnapshotStore({ paths, warn })
  const part = createImagePart({
    paths,
    content: createContentStore({ root: join(dataRoot, 'content') }),
    registry: createRegistryClient({ configPath: join(dataRoot, 'engine.json') }),
    snapshots,
    records: createRecordStore({ directory: join(dataRoot, 'images'), parse: parseImageRecord, warn }),
    emit: () => undefined,
    usersOf,
    retained: () => [],
    containers: {
      inspect: () => Promise.reject(new Error('there are no containers here')),
      paused: (_container, work) => work(),
    },
  })
  return {
    ...part,
    snapshots,
    dataRoot,
    warnings,
    close: async () => {
      await part.close()
      await snapshots.close()
    },
  }
}

/** Shows the image's file system through a real overlay mount and runs `look` with its path. */
export async function withMounted<T>(images: TestImages, reference: string, look: (merged: string) => T): Promise<T> {
  const { chainId } = await images.resolver.resolve(reference)
  await images.snapshots.prepare('look', chainId)
  try {
    const { merged } = await images.snapshots.mount('look')
    return look(merged)
  } finally {
    await images.snapshots.remove('look')
  }
}

/** One line per name: type, mode, owner, size, time, link target, links. Directories' own times are left out. */
export function listTree(root: string): string {
  return sh(
    `cd ${root} && find . ! -type d -printf '%P %y %m %U:%G %s %T@ %n %l\\n' | sort; cd ${root} && find . -mindepth 1 -type d -printf '%P %y %m %U:%G\\n' | sort`,
  )
}

/** Names of blobs, layers and images on disk, for comparing before and after. */
export function onDisk(dataRoot: string): string {
  return sh(
    `cd ${dataRoot} && for d in content/blobs/sha256 overlay2 images; do [ -d $d ] && ls -A $d | sed "s#^#$d/#"; done; [ -d content/ingest ] && ls -A content/ingest | grep -v partial || true`,
  )
}

export interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** Pushes by the registry's own protocol what no tool would push: odd types, wrong platforms, indexes. */
export function createPusher(base: string): {
  blob(bytes: Buffer, mediaType: string): Promise<Blob>
  manifest(repository: string, tag: string, document: unknown): Promise<Blob>
} {
  const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  return {
    blob: async (bytes, mediaType) => {
      const digest = digestOf(bytes)
      const begun = await fetch(`${base}/v2/t/app/blobs/uploads/`, { method: 'POST' })
      const url = new URL(begun.headers.get('location') ?? '', base)
      url.searchParams.set('digest', digest)
      const done = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })
      if (done.status !== 201) throw new Error(`blob: ${done.status} ${await done.text()}`)
      return { mediaType, digest, size: bytes.length }
    },
    manifest: async (repository, tag, document) => {
      const bytes = Buffer.from(JSON.stringify(document))
      const { mediaType } = document as { mediaType: string }
      const done = await fetch(`${base}/v2/${repository}/manifests/${tag === '' ? digestOf(bytes) : tag}`, {
        method: 'PUT',
        headers: { 'Content-Type': mediaType },
        body: bytes,
      })
      if (done.status !== 201) throw new Error(`manifest: ${done.status} ${await done.text()}`)
      return { mediaType, digest: digestOf(bytes), size: bytes.length }
    },
  }
}

/** A registry between client and registry that can misbehave. */
export interface RegistryProxy {
  readonly host: string
  /** `METHOD path range` of every request. */
  readonly log: string[]
  /** Takes a request over by returning true. */
  handler: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean
  /** Cuts the next large bodies after so many bytes. */
  cuts: number[]
  /** Passes credentials on; otherwise the registry behind never sees any. */
  keepAuthorization: boolean
  stop(): Promise<void>
}

export async function startProxy(upstream: string): Promise<RegistryProxy> {
  const [hostname = '', port = ''] = upstream.split(':')
  const proxy: Omit<RegistryProxy, 'host' | 'stop'> = { log: [], cuts: [], keepAuthorization: false, handler: () => false }
  const server = createServer((incoming, outgoing) => {
    proxy.log.push(`${incoming.method} ${incoming.url} ${incoming.headers.range ?? ''}`.trim())
    if (proxy.handler(incoming, outgoing)) return
    const headers = { ...incoming.headers }
    if (!proxy.keepAuthorization) delete headers.authorization
    const sent = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      const isLayer = incoming.method === 'GET' && Number(answer.headers['content-length']) > 100_000
      const cut = isLayer ? proxy.cuts.shift() : undefined
      let passed = 0
      answer.on('data', (chunk: Buffer) => {
        const rest = cut === undefined ? chunk.length : Math.max(0, cut - passed)
        passed += chunk.length
        if (rest > 0) outgoing.write(chunk.subarray(0, rest))
        if (cut !== undefined && passed >= cut) setTimeout(() => outgoing.destroy(), 20)
      })
      answer.on('end', () => cut === undefined && outgoing.end())
    })
    sent.on('error', () => outgoing.destroy())
    incoming.pipe(sent)
    incoming.once('close', () => incoming.complete || sent.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(proxy, {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** An OCI layout of three layers made by umoci, with everything a layer can say. Returns its path; the tag is `app`. */
export function makeLayout(directory: string): string {
  const layout = join(directory, 'layout')
  sh(`
    cd ${directory}
    mkdir -p l1/bin l1/etc l1/opq/deep l1/gone/x l1/usr/lib l1/var
    cp "$(command -v busybox)" l1/bin/busybox; ln -s busybox l1/bin/sh; ln l1/bin/busybox l1/bin/hard
    echo a >l1/etc/a; echo b >l1/etc/b; echo old >l1/opq/old; echo deep >l1/opq/deep/f; echo x >l1/gone/x/y
    ln -s usr/lib l1/lib; echo lib >l1/usr/lib/l.so; chmod 4755 l1/bin/busybox; chown 12:34 l1/etc/b; chmod 1777 l1/var
    mkfifo l1/var/fifo; mknod l1/var/null c 1 3; ln -s /nowhere/at/all l1/var/dangling
    head -c 3000000 /dev/urandom >l1/var/random
    printf 'üñí' >"l1/var/ünïcode"; long=$(printf 'n%.0s' $(seq 1 150)); mkdir -p l1/var/$long; echo long >l1/var/$long/$long
    setfattr -n user.note -v hello l1/etc/a 2>/dev/null || true
    mkdir -p l2/etc l2/opq; touch l2/etc/.wh.a l2/opq/.wh..wh..opq l2/.wh.gone; echo new >l2/opq/new; echo b2 >l2/etc/b
    mkdir -p l3/gone; echo back >l3/gone/back; touch l3/etc 2>/dev/null || true; rm -f l3/etc
    for n in 1 2 3; do touch -d '2024-02-03 04:05:06' $(find l$n -depth ! -type l | tac) ; tar --xattrs --xattrs-include='user.*' --format=posix -C l$n -cf l$n.tar .; done
    umoci init --layout ${layout}
    umoci new --image ${layout}:app
    for n in 1 2 3; do umoci raw add-layer --image ${layout}:app l$n.tar; done
    umoci config --image ${layout}:app --config.cmd sh --config.env A=1 --config.label key=value --config.workingdir /etc --no-history
  `)
  return layout
}

/** Plain tar bytes made by the system's tar from a shell script that fills a directory. */
export function tarOf(directory: string, name: string, script: string): Buffer {
  sh(`mkdir -p ${directory}/${name} && cd ${directory}/${name} && ${script}`)
  sh(`tar --numeric-owner -C ${directory}/${name} -cf ${directory}/${name}.tar .`)
  return readFileSync(join(directory, `${name}.tar`))
}
