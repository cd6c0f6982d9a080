import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { time } from './measure.ts'
import { peakMemory } from './memory.ts'
import type { Peer } from './peers.ts'
import type { Series } from './scenarios.ts'

/*
 * Pull and load of about half a gigabyte of this machine's own programs and libraries, from a docker-registry on the
 * loopback interface of each peer's network; both registries serve the same files. On an ext4 without a journal the
 * figures are bent: there, making a file passes over every name near it that was deleted in the last minutes, and each round
 * deletes 9,000. PEER_ROOT and TMPDIR on a disk with a journal show the engines instead.
 */

const port = 15_000
const registry = `127.0.0.1:${port}`
const totalMegabytes = 500

/** Image tag -> ratio to docker that we promise. */
const pulls = [
  ['eight-gzip', 'pull, 8 layers gzip', 0.6],
  ['one-gzip', 'pull, 1 layer gzip', 0.8],
  ['eight-zstd', 'pull, 8 layers zstd', 0.6],
] as const

/** What an engine may take at the most while it pulls, with all its helpers. */
const memoryTarget = 250

export interface ImageBench {
  readonly series: readonly Series[]
  /** A line on the memory of pulls, once there was one. */
  memory(): string
  close(): void
}

/** Makes the images and starts the registries. Needs docker-registry, skopeo and umoci; undefined where they are missing. */
export async function imageBench(root: string, peers: readonly Peer[]): Promise<ImageBench | undefined> {
  if (!['docker-registry', 'skopeo', 'umoci'].every((name) => existsSync(`/usr/bin/${name}`))) return undefined
  const directory = join(root, 'images')
  mkdirSync(directory)
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'registry') } },
    http: { addr: registry },
  }
  writeFileSync(join(directory, 'registry.json'), JSON.stringify(config))
  const servers = peers.map((peer) => {
    const [program = '', ...args] = peer.inNetwork(['docker-registry', 'serve', join(directory, 'registry.json')])
    return spawn(program, args, { stdio: 'ignore' })
  })
  await sleep(1000)
  // The last peer's network, or ours: the files are shared.
  const [program = '', ...args] = peers[0]?.inNetwork(['sh', '-ec', makeImages]) ?? []
  time(
    { argv: [program, ...args], cwd: directory, env: { REGISTRY: registry, PORT: String(port), MEGABYTES: String(totalMegabytes) } },
    600_000,
  )
  let peak = 0
  const remove = (peer: Peer, reference: string): void => {
    time(peer.image(directory, 'rm', '-f', reference))
  }
  const pull = (tag: string) => (peer: Peer) => {
    const reference = `${registry}/bench/app:${tag}`
    let elapsed = 0
    const run = (): void => {
      elapsed = time(peer.image(directory, 'pull', '-q', reference))
    }
    const pid = peer.enginePid()
    if (pid === undefined) run()
    else peak = Math.max(peak, peakMemory(pid, run))
    remove(peer, reference)
    return [elapsed]
  }
  const load = (peer: Peer): readonly number[] => {
    const elapsed = time(peer.image(directory, 'load', '-q', '-i', join(directory, 'eight.tar')))
    remove(peer, 'bench/app:eight')
    return [elapsed]
  }
  return {
    series: [
      ...pulls.map(([tag, name, target]): Series => ({ figures: [{ name, target }], run: pull(tag) })),
      { figures: [{ name: 'load, 8 layers', target: 0.6 }], run: load },
    ],
    memory: () => (peak === 0 ? '' : `MB of the engine and its helpers at the peak of a pull: ${peak.toFixed(0)} (<= ${memoryTarget})`),
    close: () => {
      for (const server of servers) server.kill('SIGKILL')
    },
  }
}

/** Eight tars of one eighth each, and one of all. */
const makeImages = `
find /usr/lib /usr/share /usr/bin -xdev -type f -size -20M -printf '%s %p\\n' 2>/dev/null | sort -k2 |
  awk -v total=$((MEGABYTES * 1000000)) '{ sum += $1; if (sum > total) exit; file = "part" int(sum * 8 / (total + 1)); print substr($0, index($0, " ") + 1) >file }'
umoci init --layout layout
umoci new --image layout:eight; umoci new --image layout:one
for n in 0 1 2 3 4 5 6 7; do
  tar -C / --no-recursion -T part$n -cf layer.tar 2>/dev/null
  umoci raw add-layer --image layout:eight layer.tar
done
cat part0 part1 part2 part3 part4 part5 part6 part7 >all
tar -C / --no-recursion -T all -cf layer.tar 2>/dev/null
umoci raw add-layer --image layout:one layer.tar
for tag in eight one; do skopeo copy -q --dest-tls-verify=false oci:layout:$tag docker://$REGISTRY/bench/app:$tag-gzip; done
skopeo copy -q oci:layout:eight docker-archive:eight.tar:bench/app:eight
skopeo copy -q --dest-compress --dest-compress-format zstd docker-archive:eight.tar oci:zstd:eight
# By its other name: skopeo remembers the gzip layers it pushed to this one, and would take them instead.
skopeo copy -q --dest-tls-verify=false oci:zstd:eight docker://localhost:$PORT/bench/app:eight-zstd
for tag in eight-gzip one-gzip eight-zstd; do
  skopeo inspect --raw --tls-verify=false docker://$REGISTRY/bench/app:$tag | grep -q "tar+\${tag#*-}" || { echo "the layers of $tag are packed otherwise" >&2; exit 1; }
done
rm -r layer.tar layout zstd
`
