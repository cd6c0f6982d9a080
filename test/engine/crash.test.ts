import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sh } from '../support/command.ts'
import { onDisk, openImages, type RegistryProxy, startProxy, tarOf, withMounted } from '../support/images.ts'
import { type LoopbackRegistry, startRegistry } from '../support/registry.ts'
import { requireSandbox } from '../support/sandboxed.ts'

const work = '/run/tscompose/crash'
/** Pulls one image and says so, to be killed while it does. */
const program = `
const { openImages } = await import('${join(import.meta.dirname, '../support/images.ts')}')
const images = await openImages(process.argv[2])
await images.images.pull({ reference: process.argv[3] })
process.stdout.write('pulled')
await images.close()
`
let registry: LoopbackRegistry
let proxy: RegistryProxy
let sum: string

/** Kills the engine with SIGKILL once `isTime`; true if it was still pulling. */
async function pullAndKill(dataRoot: string, reference: string, isTime: () => boolean): Promise<boolean> {
  const child = spawn(process.execPath, [`${work}/pull.mjs`, dataRoot, reference], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  while (child.exitCode === null && !isTime()) await sleep(2)
  child.kill('SIGKILL')
  await ended
  return child.signalCode === 'SIGKILL' && !said.includes('pulled')
}

/** Opens the store as the next start does, and pulls again. */
async function pullAgain(dataRoot: string, reference: string): Promise<void> {
  const images = await openImages(dataRoot)
  try {
    await images.collectGarbage()
    for (const { tags } of await images.images.list()) {
      for (const tag of tags) expect(await withMounted(images, tag, (merged) => sh(`sha256sum <${merged}/three`))).toBe(sum)
    }
    await images.images.pull({ reference })
    expect(await withMounted(images, reference, (merged) => sh(`sha256sum <${merged}/three`))).toBe(sum)
    expect(readdirSync(`${dataRoot}/content/ingest`)).toEqual([])
    expect(readdirSync(`${dataRoot}/overlay2`).filter((name) => !name.startsWith('.'))).toHaveLength(3)
    expect(images.warnings).toEqual([])
  } finally {
    await images.close()
  }
}

beforeAll(async () => {
  requireSandbox()
  mkdirSync(work, { recursive: true })
  writeFileSync(`${work}/pull.mjs`, program)
  registry = await startRegistry(work)
  const names = ['one', 'two', 'three']
  sh(`umoci init --layout ${work}/layout && umoci new --image ${work}/layout:app`)
  for (const name of names) {
    tarOf(work, name, `head -c 6000000 /dev/urandom >${name}; for n in $(seq 300); do echo $n >file-${name}-$n; done`)
    sh(`umoci raw add-layer --image ${work}/layout:app ${work}/${name}.tar`)
  }
  sum = sh(`sha256sum <${work}/three/three`)
  sh(`skopeo copy -q --dest-tls-verify=false oci:${work}/layout:app docker://${registry.host}/t/app:1`)
})
afterAll(async () => {
  await registry.stop()
  rmSync(work, { recursive: true, force: true })
})
beforeEach(async () => {
  proxy = await startProxy(registry.host)
})
afterEach(() => proxy.stop())

describe('an engine killed in the middle of a pull', () => {
  it('goes on with the bytes it has', async () => {
    const dataRoot = '/var/lib/tscompose/killed'
    const reference = `${proxy.host}/t/app:1`
    // Each layer stops at two megabytes, so that all three are half there.
    proxy.handler = (incoming, outgoing) => {
      if (incoming.method !== 'GET' || incoming.headers.range !== undefined || !incoming.url?.includes('/blobs/')) return false
      const digest = /sha256:([0-9a-f]+)/.exec(incoming.url)?.[1] ?? ''
      const bytes = readFileSync(`${registry.storage}/docker/registry/v2/blobs/sha256/${digest.slice(0, 2)}/${digest}/data`)
      if (bytes.length < 2_000_000) return false
      outgoing.writeHead(200, { 'Content-Length': bytes.length })
      outgoing.write(bytes.subarray(0, 2_000_000))
      return true
    }
    const ingest = `${dataRoot}/content/ingest`
    const halves = (): number =>
      existsSync(ingest)
        ? readdirSync(ingest).filter((name) => name.endsWith('.partial') && statSync(`${ingest}/${name}`).size >= 2_000_000).length
        : 0
    expect(await pullAndKill(dataRoot, reference, () => halves() === 3)).toBe(true)
    expect(existsSync(`${dataRoot}/images`) ? readdirSync(`${dataRoot}/images`) : []).toEqual([])
    proxy.handler = () => false
    proxy.log.length = 0
    await pullAgain(dataRoot, reference)
    expect(new Set(proxy.log.filter((line) => line.includes('bytes='))).size).toBe(3)
    // The config alone is small enough to come whole.
    expect(proxy.log.filter((line) => /^GET \S+\/blobs\/\S+$/.test(line))).toHaveLength(1)
  })

  it('at any moment leaves whole images or none, and nothing else', async () => {
    const dataRoot = '/var/lib/tscompose/anytime'
    const reference = `${registry.host}/t/app:1`
    let killed = 0
    for (const wait of [150, 300, 400, 500, 600, 700, 800, 1000]) {
      rmSync(dataRoot, { recursive: true, force: true })
      const started = performance.now()
      if (await pullAndKill(dataRoot, reference, () => performance.now() - started > wait)) killed++
      await pullAgain(dataRoot, reference)
    }
    expect(killed).toBeGreaterThan(2)
  }, 120_000)
})

describe('a power loss', () => {
  /** Takes the file system down as a power loss does: what was not flushed is gone (FS_IOC_SHUTDOWN, no log flush). */
  const powerLoss = (mountpoint: string): void => {
    sh(`python3 -c "import fcntl,os,struct; fcntl.ioctl(os.open('${mountpoint}', os.O_RDONLY), 0x8004587d, struct.pack('I', 2))"`)
    sh(`umount ${mountpoint}`)
  }

  it('right after a pull takes nothing away: not the name, not a layer', async () => {
    const disk = `${work}/disk`
    sh(`mkdir -p ${disk} && truncate -s 300M ${disk}.img && mkfs.ext4 -q ${disk}.img && mount -o loop,commit=300 ${disk}.img ${disk}`)
    const reference = `${proxy.host}/t/app:1`
    const images = await openImages(`${disk}/data`)
    const { id } = await images.images.pull({ reference })
    // Not closed: closing is not what makes it last.
    powerLoss(disk)
    await images.close()
    sh(`mount -o loop ${disk}.img ${disk}`)
    try {
      expect((JSON.parse(sh(`cat ${disk}/data/images/*.json`)) as { id: string }).id).toBe(id)
      expect(sh(`find ${disk}/data -name '*.json' -empty`)).toBe('')
      proxy.log.length = 0
      await pullAgain(`${disk}/data`, reference)
      expect(proxy.log.filter((line) => line.startsWith('GET') && line.includes('/blobs/')).length).toBeLessThanOrEqual(1)
    } finally {
      sh(`umount ${disk}; rm -f ${disk}.img`)
    }
  })

  it('in the middle of a pull leaves a store that works', async () => {
    const disk = `${work}/disk2`
    sh(`mkdir -p ${disk} && truncate -s 300M ${disk}.img && mkfs.ext4 -q ${disk}.img && mount -o loop,commit=1 ${disk}.img ${disk}`)
    const reference = `${registry.host}/t/app:1`
    const child = spawn(process.execPath, [`${work}/pull.mjs`, `${disk}/data`, reference], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    await sleep(600)
    sh(`python3 -c "import fcntl,os,struct; fcntl.ioctl(os.open('${disk}', os.O_RDONLY), 0x8004587d, struct.pack('I', 2))"`)
    child.kill('SIGKILL')
    await ended
    sh(`umount ${disk} && mount -o loop ${disk}.img ${disk}`)
    try {
      await pullAgain(`${disk}/data`, reference)
    } finally {
      sh(`umount ${disk}; rm -f ${disk}.img`)
    }
  })
})

describe('a disk without inodes', () => {
  it('is said to be full, and gets everything back', async () => {
    const small = `${work}/inodes`
    sh(`mkdir -p ${small} && mount -t tmpfs -o size=200m,nr_inodes=300 tmpfs ${small}`)
    const images = await openImages(`${small}/data`)
    try {
      const reference = `${registry.host}/t/app:1`
      await expect(images.images.pull({ reference })).rejects.toMatchObject({ code: 'NO_SPACE', kind: 'unavailable' })
      await expect.poll(() => onDisk(`${small}/data`)).toBe('')
      sh(`mount -o remount,nr_inodes=5000 ${small}`)
      await images.images.pull({ reference })
    } finally {
      await images.close()
      sh(`umount ${small}`)
    }
  })
})
