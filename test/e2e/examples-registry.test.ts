import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cli, createCli } from '../support/cli.ts'
import { sh } from '../support/command.ts'
import { type Example, openExample, prepareExamples } from '../support/example.ts'
import { createProject, type TestProject } from '../support/project.ts'

const unreachable = await prepareExamples()
const host = '127.0.0.1:5000'
const image = `${host}/team/hello:1`
const hello = ['-f', 'hello/compose.yaml']
let stack: Example
let home: string
let user: TestProject

/** With credentials of the test's own. */
const run = (args: readonly string[], options: { readonly input?: string } = {}): ReturnType<Cli['run']> =>
  stack.run(args, { env: { HOME: home }, ...options })
async function ok(args: readonly string[], options: { readonly input?: string } = {}): Promise<string> {
  const result = await run(args, options)
  expect(result, result.stderr).toMatchObject({ exitCode: 0 })
  return result.stdout
}
const login = (password: string): ReturnType<Cli['run']> => run(['login', '-u', 'admin', '--password-stdin', host], { input: password })

describe.skipIf(unreachable !== undefined)(`the registry example${unreachable === undefined ? '' : ` (${unreachable})`}`, () => {
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'tscompose-home-'))
    stack = openExample('registry')
    user = createProject('consumer', `services:\n  app:\n    image: ${image}\n    pull_policy: always\n`)
    await ok(['up', '-d', '--build', '--wait'])
  }, 600_000)
  afterAll(async () => {
    await user.close()
    await run(['image', 'rm', image])
    await stack.close()
    rmSync(home, { recursive: true, force: true })
    await createCli('/').run(['engine', 'stop'])
  })

  it('takes an image only from who logs in with the password of .env', async () => {
    await ok([...hello, 'build'])
    const denied = await run([...hello, 'push'])
    expect(denied).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`log in to ${host}`) })
    expect(await login('wrong')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`${host} refuses to log in as admin`) })
    expect((await login('change-me')).stdout).toBe('Login Succeeded\n')
    expect(readFileSync(join(home, '.docker/config.json'), 'utf8')).toContain(host)
    await ok([...hello, 'push'])
    expect(sh(`skopeo list-tags --tls-verify=false --creds admin:change-me docker://${host}/team/hello`)).toContain('"1"')
  })

  it('gives it to another project, and keeps it in its volume', async () => {
    await ok(['down'])
    await ok(['up', '-d', '--build', '--wait'])
    await ok(['image', 'rm', image])
    expect(await user.ok(['run', '--rm', 'app'], { env: { HOME: home } })).toBe('hello from an image of our own registry\n')
  })

  it('gives nothing after the logout', async () => {
    await ok(['logout', host])
    expect(await user.run(['pull'], { env: { HOME: home } })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`access to ${host}/team/hello denied`),
    })
  })
})
