import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busyboxImage } from '../support/busybox.ts'
import { createCli } from '../support/cli.ts'
import { compareHostSnapshots, takeHostSnapshot } from '../support/host-snapshot.ts'
import { createProject, importBusybox, type TestProject } from '../support/project.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/* A stack of the LNMP example's shape: two networks, a published port, a named and an anonymous volume, limits. */
const compose = `
services:
  web:
    image: ${busyboxImage}
    command: httpd -f -p 80 -h /www
    ports: ["18080:80"]
    networks: [front, back]
    depends_on:
      db: { condition: service_healthy }
    mem_limit: 64m
    cpus: 0.5
    pids_limit: 50
    configs: [{ source: page, target: /www/index.html }]
  db:
    image: ${busyboxImage}
    command: sh -c 'touch /data/ready; exec sleep 1000'
    networks: [back]
    volumes: [data:/data, /scratch]
    healthcheck: { test: test -e /data/ready, interval: 1s, start_interval: 100ms, start_period: 10s }
networks:
  front:
  back: { internal: true }
volumes:
  data:
configs:
  page: { content: hello }
`

const options = {
  directories: ['/run/tscompose', '/var/lib/tscompose/containers', '/var/lib/tscompose/networks', '/var/lib/tscompose/volumes'],
}

let project: TestProject

beforeAll(async () => {
  requireSandbox()
  await importBusybox()
  project = createProject('trace', compose)
  // Once up and down, so that what the engine keeps for itself is there before we look.
  await project.ok(['up', '-d', '--wait'])
  await project.ok(['down', '-v', '-t', '0'])
  // Links and rules of what ended go a moment later; the host is looked at when nothing changes any more.
  for (let last = takeHostSnapshot(options), attempt = 0; attempt < 20; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const now = takeHostSnapshot(options)
    if (compareHostSnapshots(last, now).length === 0) break
    last = now
  }
})

afterAll(async () => {
  await project.close()
  await createCli('/').run(['engine', 'stop'])
})

describe('a project that goes away', () => {
  it('leaves no process, mount, link, rule, cgroup, namespace or file', async () => {
    const before = takeHostSnapshot(options)
    await project.ok(['up', '-d', '--wait'])
    expect(compareHostSnapshots(before, takeHostSnapshot(options)).length).toBeGreaterThan(10)
    await project.ok(['down', '-v', '-t', '0'])
    expect(await settled(before)).toEqual([])
  })

  it('leaves nothing behind after a hundred times up and down', async () => {
    const before = takeHostSnapshot(options)
    for (let round = 0; round < 100; round++) {
      await project.ok(['up', '-d'])
      await project.ok(['down', '-v', '-t', '0'])
    }
    expect(await settled(before)).toEqual([])
  }, 600_000)
})

/** The difference once helpers had their time to end: they may outlive the last container by a few seconds. */
async function settled(before: ReturnType<typeof takeHostSnapshot>): Promise<readonly string[]> {
  for (let attempt = 0; ; attempt++) {
    const difference = compareHostSnapshots(before, takeHostSnapshot(options))
    if (difference.length === 0 || attempt >= 20) return difference
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
