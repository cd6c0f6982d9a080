import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { sh } from './command.ts'

/** A machine outside of this one: a network namespace joined to ours by a cable. */
export interface Outside {
  /** Our address on the cable, as others see this host. */
  readonly hostAddress: string
  readonly address: string
  /** Runs a shell script out there and returns what it printed. */
  run(script: string): string
  close(): void
}

/** Needs a network namespace of the test's own: it adds a link and two addresses to it. */
export async function openOutside(): Promise<Outside> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; echo ready; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const run = (script: string): string => sh(`nsenter -t ${holder.pid} -n sh -ec '${script.replaceAll("'", `'\\''`)}'`)
  sh(`
    ip link add outside0 type veth peer name cable0
    ip link set cable0 netns ${holder.pid}
    ip addr add 198.51.100.1/24 dev outside0
    ip link set outside0 up
  `)
  run('ip addr add 198.51.100.2/24 dev cable0; ip link set cable0 up; ip route add default via 198.51.100.1')
  return {
    hostAddress: '198.51.100.1',
    address: '198.51.100.2',
    run,
    close: () => {
      holder.kill('SIGKILL')
      sh('ip link del outside0 2>/dev/null || true')
    },
  }
}
