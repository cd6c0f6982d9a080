import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ContainerDetails, ContainerSpec } from '../../src/engine/api.ts'
import { clear, kernelTraces, openEngine, printed, reset, sh, spec, type TestEngine } from '../support/container-engine.ts'

let engine: TestEngine

beforeAll(async () => {
  reset()
  engine = await openEngine({
    withvolume: { Cmd: ['sh'], Volumes: { '/data': {} } },
    plain: { Cmd: ['echo', 'from', 'image'], Env: ['A=image', 'B=image'] },
  })
})
afterEach(() => clear(engine))
afterAll(async () => {
  expect(kernelTraces(engine)).toBe('')
  await engine.abandon()
})

/** Runs to the end; its output, both streams in order. */
async function output(
  command: readonly string[],
  more: Partial<ContainerSpec> = {},
): Promise<{ readonly text: string; readonly exitCode: number | null }> {
  const { id } = await engine.containers.create({ spec: spec(`t${Math.random().toString(36).slice(2)}`, command, more) })
  await engine.containers.start({ container: id })
  const { exitCode } = await engine.containers.await({ container: id, until: 'exited', timeoutMs: 10_000 })
  const lines: string[] = []
  for await (const batch of engine.containers.logs({ container: id })) lines.push(...batch.map(({ text }) => text))
  return { text: lines.join('\n'), exitCode }
}

async function started(more: Partial<ContainerSpec> = {}): Promise<ContainerDetails> {
  const { id } = await engine.containers.create({ spec: spec('web', ['sleep', '1000'], more) })
  await engine.containers.start({ container: id })
  return engine.containers.inspect({ container: id })
}

const actions = (id: string): readonly string[] => engine.events.filter((event) => event.id === id).map(({ action }) => action)

describe('a container', () => {
  it('runs, ends with its own code, and tells so in order', async () => {
    const { id } = await engine.containers.create({ spec: spec('one', ['sh', '-c', 'exit 3']) })
    await engine.containers.start({ container: 'one' })
    expect(await engine.containers.await({ container: id, until: 'exited' })).toEqual({ exitCode: 3 })
    const { state } = await engine.containers.inspect({ container: id.slice(0, 12) })
    expect(state).toMatchObject({ status: 'exited', exitCode: 3, pid: 0, oomKilled: false })
    expect(state.finishedAt).toBeGreaterThanOrEqual(state.startedAt - 1)
    expect(actions(id)).toEqual(['create', 'start', 'die'])
  })

  it('takes command, variables, directory and user from the image and the spec', async () => {
    const { text } = await output(['sh', '-c', 'echo $A $B $C $HOME; pwd; id'], {
      image: 'plain',
      env: { A: null, C: 'spec' },
      workingDir: '/tmp',
      user: 'www',
    })
    expect(text).toBe('image spec /srv\n/tmp\nuid=33(www) gid=33(www) groups=33(www),50(extra)')
    expect((await output([], { image: 'plain', command: undefined as never })).text).toBe('from image')
  })

  it('has the rights Docker gives, and no more', async () => {
    const status = (await output(['grep', '-E', 'Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp:', '/proc/self/status'])).text
    expect(status).toContain('CapEff:\t00000000a80425fb')
    expect(status).toContain('CapBnd:\t00000000a80425fb')
    expect(status).toContain('CapInh:\t0000000000000000')
    expect(status).toContain('Seccomp:\t2')
    expect(
      (await output(['sh', '-c', 'mount -t tmpfs x /tmp 2>&1; touch /proc/sys/kernel/hostname 2>&1; wc -c /proc/timer_list'])).text,
    ).toMatch(/(permission denied|Operation not permitted)[\s\S]*0 \/proc\/timer_list/)
    const bare = await output(['grep', 'Cap\\(Eff\\|Bnd\\)', '/proc/self/status'], { capDrop: ['ALL'], capAdd: ['NET_BIND_SERVICE'] })
    expect(bare.text).toBe('CapEff:\t0000000000000400\nCapBnd:\t0000000000000400')
  })

  it('gets its limits set in the kernel', async () => {
    const { id } = await started({
      resources: { memory: 64 << 20, pidsLimit: 50, cpus: 0.5 },
      ulimits: { nofile: { soft: 100, hard: 200 } },
    })
    const at = (controller: string, file: string): string => sh(`cat /sys/fs/cgroup/${controller}/tscompose/${id}/${file}`)
    expect(at('memory', 'memory.limit_in_bytes')).toBe(String(64 << 20))
    expect(at('pids', 'pids.max')).toBe('50')
    expect(at('cpu', 'cpu.cfs_quota_us')).toBe('50000')
    const { pid } = (await engine.containers.inspect({ container: id })).state
    expect(sh(`grep 'open files' /proc/${pid}/limits`)).toMatch(/100\s+200/)
    expect((await engine.containers.stats({ container: id })).memoryLimit).toBe(64 << 20)
    // Right after the start the process is still the runtime, about to become the command.
    const commands = async (): Promise<readonly unknown[]> =>
      (await engine.containers.top({ container: id })).processes.map((row) => row.at(-1))
    await expect.poll(commands).toEqual(['sleep 1000'])
  })

  it('is told apart when the kernel kills it for lack of memory', async () => {
    const { id } = await engine.containers.create({
      spec: spec('oom', ['sh', '-c', 'x=$(head -c 60000000 /dev/zero | tr "\\0" x); echo ${#x}'], { resources: { memory: 16 << 20 } }),
    })
    await engine.containers.start({ container: id })
    await engine.containers.await({ container: id, until: 'exited', timeoutMs: 20_000 })
    expect((await engine.containers.inspect({ container: id })).state).toMatchObject({ oomKilled: true })
    expect(actions(id)).toContain('oom')
  })

  it('says what is wrong with its command, with a shell’s exit code', async () => {
    const { id } = await engine.containers.create({ spec: spec('bad', ['nosuch']) })
    await expect(engine.containers.start({ container: id })).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' })
    expect((await engine.containers.inspect({ container: id })).state).toMatchObject({ status: 'created', exitCode: 127 })
    const other = await engine.containers.create({ spec: spec('worse', ['/etc/plain']) })
    await expect(engine.containers.start({ container: other.id })).rejects.toMatchObject({ code: 'COMMAND_NOT_EXECUTABLE' })
    expect(sh(`findmnt -rn -o TARGET | grep -E 'merged|${id}' || true`)).toBe('')
  })

  it('keeps its name to itself', async () => {
    const { id } = await engine.containers.create({ spec: spec('same', ['sh']) })
    await expect(engine.containers.create({ spec: spec('same', ['sh']) })).rejects.toMatchObject({
      code: 'CONTAINER_EXISTS',
      message: expect.stringContaining(id.slice(0, 12)),
    })
    await engine.containers.rename({ container: 'same', name: 'other' })
    expect((await engine.containers.inspect({ container: 'other' })).id).toBe(id)
    await engine.containers.create({ spec: spec('same', ['sh']) })
  })

  it('is not made with a signal it could never be stopped with', async () => {
    const made = engine.containers.create({ spec: spec('odd', ['true'], { stopSignal: 'SIGNOPE' }) })
    await expect(made).rejects.toMatchObject({ code: 'UNKNOWN_SIGNAL' })
  })

  it('leaves nothing when it cannot be made', async () => {
    const before = sh('ls /var/lib/tscompose/containers /var/lib/tscompose/rootfs /var/lib/tscompose/volumes')
    const mounts: ContainerSpec['mounts'] = [
      { type: 'volume', target: '/v' },
      { type: 'bind', source: '/nowhere', target: '/x', createHostPath: false },
    ]
    await expect(engine.containers.create({ spec: spec('none', ['sh'], { mounts }) })).rejects.toMatchObject({
      code: 'BIND_SOURCE_MISSING',
    })
    expect(sh('ls /var/lib/tscompose/containers /var/lib/tscompose/rootfs /var/lib/tscompose/volumes')).toBe(before)
    expect(engine.list({ all: true })).toEqual([])
  })
})

describe('mounts', () => {
  it('fill a volume from the image once, and keep what is in it', async () => {
    const volume = [{ type: 'volume', source: 'data', target: '/data' }] as const
    expect((await output(['sh', '-c', 'ls -ln /data; echo more >/data/more'], { mounts: volume })).text).toMatch(/seed/)
    expect((await output(['sh', '-c', 'cat /data/seed /data/more'], { mounts: volume })).text).toBe('seed\nmore')
  })

  it('find the directory of a volume when the container starts: another may make it meanwhile', async () => {
    const whole = { type: 'volume', source: 'shared', target: '/v' } as const
    const { id } = await engine.containers.create({
      spec: spec('below', ['cat', '/d/file'], { mounts: [{ ...whole, target: '/d', subpath: 'sub' }] }),
    })
    await expect(engine.containers.start({ container: id })).rejects.toMatchObject({ code: 'VOLUME_SUBPATH_MISSING' })
    await output(['sh', '-c', 'mkdir /v/sub; echo there > /v/sub/file'], { mounts: [whole] })
    await engine.containers.start({ container: id })
    expect(await engine.containers.await({ container: id, until: 'exited' })).toEqual({ exitCode: 0 })
    await output(['sh', '-c', 'rm -r /v/sub; ln -s /etc /v/sub'], { mounts: [whole] })
    await expect(engine.containers.start({ container: id })).rejects.toMatchObject({ code: 'VOLUME_SUBPATH_MISSING' })
  })

  it('make anonymous volumes for what the image declares, and take them away with the container', async () => {
    const { id } = await engine.containers.create({ spec: spec('anon', ['cat', '/data/seed'], { image: 'withvolume' }) })
    expect((await engine.volumes.api.list({})).filter(({ anonymous }) => anonymous)).toHaveLength(1)
    await engine.containers.remove({ container: id, volumes: true })
    expect((await engine.volumes.api.list({})).filter(({ anonymous }) => anonymous)).toEqual([])
  })

  it('hold a read-only root, tmpfs, bind mounts and files with content', async () => {
    sh('mkdir -p /run/tscompose-bind && echo host >/run/tscompose-bind/file')
    const { text } = await output(
      ['sh', '-c', 'touch /x 2>&1; touch /b/x 2>&1; touch /t/ok && cat /b/file /etc/conf; stat -c %a /etc/conf; grep " /t " /proc/mounts'],
      {
        readOnlyRootfs: true,
        mounts: [
          { type: 'bind', source: '/run/tscompose-bind', target: '/b', readOnly: true },
          { type: 'tmpfs', target: '/t', size: 1 << 20, mode: 0o700 },
        ],
        files: [{ target: '/etc/conf', contentBase64: Buffer.from('content\n').toString('base64'), mode: 0o440 }],
      },
    )
    expect(text).toMatch(/x: Read-only file system[\s\S]*x: Read-only file system\nhost\ncontent\n/)
    expect(text).toMatch(/tmpfs \/t tmpfs .*nosuid,nodev,noexec.*size=1024k,mode=700/)
  })
})

describe('stopping', () => {
  it('asks first, then kills', async () => {
    const { id } = await started({ command: ['sh', '-c', 'trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done'] })
    await printed(engine, id, /ready/)
    await engine.containers.stop({ container: id })
    expect((await engine.containers.inspect({ container: id })).state.exitCode).toBe(5)
    await engine.containers.start({ container: id })
    // The kernel keeps signals without a handler away from the first process of a container.
    await engine.containers.stop({ container: id, signal: 'SIGUSR1', timeoutMs: 100 })
    await engine.containers.stop({ container: id })
    expect((await engine.containers.inspect({ container: id })).state.exitCode).toBe(137)
  })

  it('kills a process that ignores it, and one that is frozen', async () => {
    const { id, cgroupPath } = await started()
    await engine.containers.pause({ container: id })
    expect(sh(`cat /sys/fs/cgroup/freezer${cgroupPath}/freezer.state`)).toBe('FROZEN')
    expect((await engine.containers.inspect({ container: id })).state.status).toBe('paused')
    await engine.containers.stop({ container: id, timeoutMs: 200 })
    expect((await engine.containers.inspect({ container: id })).state).toMatchObject({ status: 'exited', exitCode: 137 })
  })

  it('is undone by force while somebody else waits for the grace period', async () => {
    const { id } = await started()
    const stop = engine.containers.stop({ container: id, timeoutMs: 60_000 })
    await engine.containers.remove({ container: id, force: true })
    await stop
    expect(engine.list({ all: true })).toEqual([])
    await engine.containers.remove({ container: id })
  })

  it('removes what removes itself', async () => {
    const { id } = await engine.containers.create({ spec: spec('auto', ['true'], { autoRemove: true }) })
    await engine.containers.start({ container: id })
    await engine.containers.await({ container: id, until: 'removed', timeoutMs: 5000 })
    expect(engine.list({ all: true })).toEqual([])
  })
})

it('shares namespaces with another container', async () => {
  const { id, state } = await started({ ipc: 'shareable' })
  const more = { network: { kind: 'container', container: id }, pid: `container:${id}`, ipc: `container:${id}` } as const
  const { text } = await output(['sh', '-c', 'for n in net pid ipc; do ls -l /proc/1/ns/$n /proc/self/ns/$n; done; hostname; ps'], more)
  for (const kind of ['net', 'pid', 'ipc']) {
    const own = sh(`readlink /proc/${state.pid}/ns/${kind}`)
    expect(text.split(own)).toHaveLength(3)
  }
  expect(text).toContain('sleep 1000')
})

it('shares the namespaces of the host, with its message queues even where the host has not mounted them', async () => {
  const kinds = 'for n in net pid ipc; do readlink /proc/self/ns/$n; done; stat -f -c %t /dev/mqueue'
  const { text } = await output(['sh', '-c', kinds], { network: { kind: 'host' }, pid: 'host', ipc: 'host' })
  expect(text).toBe(`${sh('for n in net pid ipc; do readlink /proc/self/ns/$n; done')}\n19800202`)
})

it('runs build steps in the foreground with a network of their own', async () => {
  const { chainId } = { chainId: `sha256:${'b'.repeat(64)}` }
  const { merged } = await engine.snapshots.prepare('step', chainId).then(() => engine.snapshots.mount('step'))
  const chunks: string[] = []
  const step = (args: readonly string[], network: string): Promise<{ readonly exitCode: number }> =>
    engine.stepRunner.run({
      key: 'step',
      rootfs: merged,
      args,
      env: ['PATH=/bin', 'X=1'],
      workingDir: '/',
      user: 'www',
      network,
      onOutput: ({ data }) => chunks.push(Buffer.from(data).toString()),
    })
  expect(await step(['sh', '-c', 'id -u; env | grep -E "X|HOME" | tail -n 2; ls /sys/class/net; exit 7'], 'none')).toEqual({ exitCode: 7 })
  expect(chunks.join('')).toBe('33\nHOME=/srv\nX=1\nlo\n')
  chunks.length = 0
  expect(await step(['sh', '-c', 'ls /sys/class/net; cat /etc/resolv.conf'], 'default')).toEqual({ exitCode: 0 })
  expect(chunks.join('')).toMatch(/eth0\nlo\nnameserver 127.0.0.11/)
  const abort = new AbortController()
  const began = Date.now()
  const slow = engine.stepRunner.run({
    ...{ key: 'step', rootfs: merged, args: ['sleep', '100'], env: ['PATH=/bin'], workingDir: '/', user: '', network: 'none' },
    onOutput: () => undefined,
    signal: abort.signal,
  })
  setTimeout(() => abort.abort(), 300)
  await expect(slow).rejects.toThrow()
  expect(Date.now() - began).toBeLessThan(5000)
  await engine.snapshots.remove('step')
})
