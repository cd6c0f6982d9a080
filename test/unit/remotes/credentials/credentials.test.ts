import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Credentials, createCredentials } from '../../../../src/remotes/credentials/credentials.ts'
import { registryHost } from '../../../../src/remotes/login.ts'

let home: string
let credentials: Credentials

const write = (document: unknown): void => writeFileSync(join(home, 'config.json'), JSON.stringify(document))
const read = (): unknown => JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))
const encoded = (text: string): string => Buffer.from(text).toString('base64')

/** A helper that keeps everything in a file beside it: `server<TAB>user<TAB>secret`. */
function installHelper(name: string): void {
  const script = `#!/bin/sh
cd ${home}; touch kept
case $1 in
get) read -r server || true; line=$(grep "^$server	" kept) || { echo "credentials not found in native keychain"; exit 1; }
  printf '%s' "$line" | awk -F'\\t' '{printf "{\\"ServerURL\\":\\"%s\\",\\"Username\\":\\"%s\\",\\"Secret\\":\\"%s\\"}", $1, $2, $3}' ;;
store) cat >stored ;;
erase) read -r server || true; grep -v "^$server	" kept >kept.new; mv kept.new kept ;;
esac
`
  writeFileSync(join(home, `docker-credential-${name}`), script)
  chmodSync(join(home, `docker-credential-${name}`), 0o755)
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'credentials-'))
  credentials = createCredentials({ DOCKER_CONFIG: home, PATH: `${home}:/usr/bin:/bin` })
})
afterEach(() => rmSync(home, { recursive: true }))

describe('logins in the file', () => {
  it('are found by host, whatever form the key has', async () => {
    write({
      auths: {
        'https://index.docker.io/v1/': { auth: encoded('hub:p:w') },
        'https://old.example/v1/': { auth: encoded('old:pw') },
        'plain.example:5000': { auth: encoded('plain:pw'), identitytoken: 'token' },
        'broken.example': { auth: '%%' },
      },
    })
    expect(await credentials.get('docker.io')).toEqual({ username: 'hub', password: 'p:w' })
    expect(await credentials.get('old.example')).toEqual({ username: 'old', password: 'pw' })
    expect(await credentials.get('plain.example:5000')).toEqual({ identityToken: 'token' })
    expect(await credentials.get('plain.example')).toBeUndefined()
    expect(await credentials.get('broken.example')).toBeUndefined()
    expect(Object.keys(await credentials.all()).sort()).toEqual(['docker.io', 'old.example', 'plain.example:5000'])
  })

  it('are none without a file, and an error with a bad one', async () => {
    expect(await credentials.get('docker.io')).toBeUndefined()
    writeFileSync(join(home, 'config.json'), '{')
    await expect(credentials.get('docker.io')).rejects.toMatchObject({ code: 'BAD_CLIENT_CONFIG' })
  })

  it('are written for the owner only, and leave the rest of the file alone', async () => {
    write({ psFormat: 'x', auths: { 'a.example': { auth: 'eA==' } } })
    expect(await credentials.store('docker.io', { username: 'u', password: 's' })).toBe(join(home, 'config.json'))
    expect(read()).toEqual({
      psFormat: 'x',
      auths: { 'a.example': { auth: 'eA==' }, 'https://index.docker.io/v1/': { auth: encoded('u:s') } },
    })
    expect(statSync(join(home, 'config.json')).mode & 0o777).toBe(0o600)
    expect(await credentials.erase('docker.io')).toBe(true)
    expect(await credentials.erase('docker.io')).toBe(false)
    expect(read()).toEqual({ psFormat: 'x', auths: { 'a.example': { auth: 'eA==' } } })
  })

  it('go into the file a link leads to', async () => {
    writeFileSync(join(home, 'real.json'), '{}')
    symlinkSync('real.json', join(home, 'config.json'))
    await credentials.store('a.example', { username: 'u', password: 's' })
    expect(JSON.parse(readFileSync(join(home, 'real.json'), 'utf8'))).toEqual({ auths: { 'a.example': { auth: encoded('u:s') } } })
  })
})

describe('logins with helpers', () => {
  it('are asked of the one for the registry, else of the store', async () => {
    installHelper('one')
    installHelper('two')
    writeFileSync(join(home, 'kept'), 'https://index.docker.io/v1/\thub\tpw\na.example\t<token>\tidentity\n')
    write({ credsStore: 'one', credHelpers: { 'a.example': 'two' }, auths: { 'file.example': { auth: encoded('u:p') } } })
    expect(await credentials.get('docker.io')).toEqual({ username: 'hub', password: 'pw' })
    expect(await credentials.get('a.example')).toEqual({ identityToken: 'identity' })
    // What the file says does not count beside a store.
    expect(await credentials.get('file.example')).toBeUndefined()
    expect(await credentials.store('b.example', { username: 'u', password: 's' })).toBeUndefined()
    expect(JSON.parse(readFileSync(join(home, 'stored'), 'utf8'))).toEqual({ ServerURL: 'b.example', Username: 'u', Secret: 's' })
    expect(read()).toMatchObject({ auths: { 'b.example': {} } })
    expect(await credentials.erase('a.example')).toBe(true)
    expect(await credentials.get('a.example')).toBeUndefined()
  })

  it('fail where the helper is missing, and nothing else is tried', async () => {
    write({ credHelpers: { 'a.example': 'gone' }, auths: { 'a.example': { auth: encoded('u:p') } } })
    await expect(credentials.get('a.example')).rejects.toMatchObject({ code: 'CREDENTIAL_HELPER' })
    write({ credsStore: '../evil' })
    await expect(credentials.get('a.example')).rejects.toMatchObject({ code: 'CREDENTIAL_HELPER' })
  })
})

describe('names of registries', () => {
  it('are what stands in references', () => {
    expect(
      [undefined, '', 'https://index.docker.io/v1/', 'docker.io', 'r.example:5000', 'https://r.example/v2/'].map(registryHost),
    ).toEqual(['docker.io', 'docker.io', 'docker.io', 'docker.io', 'r.example:5000', 'r.example'])
  })
})
