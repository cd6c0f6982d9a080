import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCli } from '../support/cli.ts'
import { type Example, openExample, prepareExamples } from '../support/example.ts'
import { until } from '../support/watch.ts'

const unreachable = await prepareExamples()
const members = ['etcd1', 'etcd2', 'etcd3'] as const
let stack: Example

const etcdctl = (member: string, ...args: readonly string[]): Promise<string> => stack.ok(['exec', '-T', member, 'etcdctl', ...args])
const get = (member: string, key: string): Promise<string> => etcdctl(member, 'get', '--print-value-only', key)

/** Names of the members that say of themselves that they lead. */
async function leaders(asked: readonly string[] = members): Promise<readonly string[]> {
  const lead = await Promise.all(
    asked.map(async (member) => {
      const [{ Status }] = JSON.parse(await etcdctl(member, 'endpoint', 'status', '-w', 'json'))
      return Status.leader === Status.header.member_id
    }),
  )
  return asked.filter((_member, index) => lead[index])
}

describe.skipIf(unreachable !== undefined)(`the etcd example${unreachable === undefined ? '' : ` (${unreachable})`}`, () => {
  beforeAll(async () => {
    stack = openExample('etcd')
    await stack.ok(['up', '-d', '--build', '--wait'])
  }, 600_000)
  afterAll(async () => {
    await stack.close()
    await createCli('/').run(['engine', 'stop'])
  })

  it('is one cluster: what one member is told, each of them knows, and the host by the published port', async () => {
    expect(await leaders()).toHaveLength(1)
    await etcdctl('etcd1', 'put', 'planet', 'Mars')
    for (const member of members) expect(await get(member, 'planet')).toBe('Mars\n')
    const answer = await fetch('http://127.0.0.1:2379/v3/kv/range', { method: 'POST', body: JSON.stringify({ key: btoa('planet') }) })
    expect(await answer.json()).toMatchObject({ kvs: [{ value: btoa('Mars') }] })
  })

  it('goes on when its leader is killed, and takes it in again with what it missed', async () => {
    const [leader = ''] = await leaders()
    const [first, second] = members.filter((member) => member !== leader) as [string, string]
    await stack.ok(['kill', leader])
    await until(async () => (await stack.run(['exec', '-T', first, 'etcdctl', 'put', 'planet', 'Venus'])).exitCode === 0)
    expect(await get(second, 'planet')).toBe('Venus\n')
    expect(await leaders([first, second])).toHaveLength(1)
    await stack.ok(['up', '-d', '--build', '--wait'])
    expect(await get(leader, 'planet')).toBe('Venus\n')
  })

  it('calls a member without a majority unhealthy', async () => {
    await stack.ok(['kill', 'etcd2', 'etcd3'])
    expect((await stack.run(['exec', '-T', 'etcd1', 'etcdctl', 'endpoint', 'health'])).exitCode).not.toBe(0)
    await stack.ok(['up', '-d', '--wait'])
  })

  it('keeps its data over down and up, and loses it with its volumes', async () => {
    await stack.ok(['down', '-t', '1'])
    await stack.ok(['up', '-d', '--wait'])
    expect(await get('etcd3', 'planet')).toBe('Venus\n')
    await stack.ok(['down', '-v', '-t', '1'])
    expect(await stack.ok(['volumes', '-q'])).toBe('')
  })
})
