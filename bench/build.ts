import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { time } from './measure.ts'
import type { Peer } from './peers.ts'
import { image, type Series } from './scenarios.ts'

/** Two stages, twelve steps with a layer, and a context of 400 files. */
const dockerfile = `FROM ${image} AS build
WORKDIR /src
COPY package.txt ./
RUN cat package.txt >installed
COPY src ./src
RUN cat src/*/* >bundle
RUN sh -c 'for i in 1 2 3 4 5; do cat bundle bundle >part.$i; done'
RUN ls >listing

FROM ${image}
WORKDIR /app
COPY --from=build /src/bundle /src/listing ./
RUN cat bundle >copy
COPY package.txt ./
RUN ls -l >listing.2
CMD ["sleep", "1000"]
`

function writeProject(root: string, peer: Peer): string {
  const directory = join(root, `${peer.name.replaceAll(' ', '-')}-build`)
  for (let group = 0; group < 20; group++) {
    mkdirSync(join(directory, `src/${group}`), { recursive: true })
    for (let file = 0; file < 20; file++) writeFileSync(join(directory, `src/${group}/${file}`), `${group} ${file}\n`.repeat(200))
  }
  writeFileSync(join(directory, 'package.txt'), 'package\n')
  writeFileSync(join(directory, 'Dockerfile'), dockerfile)
  writeFileSync(join(directory, 'compose.yaml'), 'services:\n  web:\n    build: .\n    image: bench/built:1\n')
  return directory
}

/** A build from nothing, again with nothing changed, and after one file changed. */
export function buildSeries(root: string): Series {
  const written = new Map<string, string>()
  return {
    figures: [
      { name: 'build, 12 steps, no cache', target: 0.6 },
      { name: 'build again, all cached', target: 0.5 },
      { name: 'build, one file changed', target: 0.6 },
    ],
    run: (peer) => {
      const directory = written.get(peer.name) ?? writeProject(root, peer)
      written.set(peer.name, directory)
      const build = (...flags: readonly string[]): number => time(peer.compose(directory, 'build', ...flags))
      const fresh = build('--no-cache')
      const cached = build()
      writeFileSync(join(directory, 'src/7/7'), `${process.hrtime.bigint()}\n`)
      return [fresh, cached, build()]
    },
  }
}
