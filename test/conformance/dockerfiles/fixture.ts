import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import type { Case } from './corpus.ts'
import { writeArchives, writeOddContext } from './odd-context.ts'

/* What every Dockerfile of the corpus works on: a base image, a build context, and a web server with files and a git repository. */

/** Name the base image gets, here and in Docker. */
export const baseImage = 'test/corpus:1'
export const port = 18999

/** Times of everything the fixture makes; listings show them where they got through. */
const fixedTime = 1_577_836_800

const applets =
  'sh echo cat ls id env true test mkdir mkfifo touch chmod chown rm mv ln stat tr sort grep awk wget pwd head cp find printf sha256sum'

export interface Fixture {
  readonly contexts: Readonly<Record<Case['context'], string>>
  readonly baseTar: string
  close(): Promise<void>
}

/** Makes the fixture below `directory` and serves it; works on both sides with the same bytes. */
export async function createFixture(directory: string): Promise<Fixture> {
  const web = join(directory, 'web')
  mkdirSync(web, { recursive: true })
  const context = writeContext(join(directory, 'context'))
  writeFileSync(join(web, 'file.txt'), 'from the web\n')
  copyFileSync(join(context, 'archive.tar'), join(web, 'archive.tar'))
  writeRepository(directory, join(web, 'repo.git'))
  const server = await serve(web)
  return {
    contexts: { plain: context, odd: writeOddContext(join(directory, 'odd')), archives: writeArchives(join(directory, 'archives')) },
    baseTar: writeBase(directory),
    close: () => new Promise((done) => server.close(() => done())),
  }
}

/** sha256 hex of `file.txt` of the web server; a case writes it as SUM. */
export const fileDigest: string = createHash('sha256').update('from the web\n').digest('hex')

function write(root: string, path: string, content: string, mode = 0o644): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  writeFileSync(file, content)
  chmodSync(file, mode)
}

const shell = (script: string, env: Readonly<Record<string, string>> = {}): string =>
  execFileSync('sh', ['-ec', script], { encoding: 'utf8', env: { ...process.env, ...env } })

function writeContext(root: string): string {
  const files: readonly (readonly [string, string, number?])[] = [
    ['a.txt', 'content of a\n'],
    ['b.txt', 'content of b\n'],
    ['[x].txt', 'brackets\n'],
    ['with space.txt', 'space\n'],
    ['.hidden', 'hidden\n'],
    ['exec.sh', '#!/bin/sh\n', 0o755],
    ['secret.txt', 'secret\n', 0o600],
    ['dir/one.txt', '1\n'],
    ['dir/two.md', '2\n'],
    ['dir/sub/three.txt', '3\n', 0o640],
    ['links/target', 't\n'],
    ['.dockerignore', '*.log\n'],
    ['noise.log', 'noise\n'],
    ['tree/packed', 'packed\n', 0o600],
    ['tree/deep/er', 'deeper\n'],
  ]
  for (const [path, content, mode] of files) write(root, path, content, mode)
  symlinkSync('a.txt', join(root, 'link'))
  symlinkSync('dir', join(root, 'dirlink'))
  symlinkSync('target', join(root, 'links/relative'))
  symlinkSync('/etc/motd', join(root, 'links/absolute'))
  symlinkSync('nowhere', join(root, 'links/dangling'))
  const tar = `tar --sort=name --mtime=@${fixedTime} --numeric-owner --owner=3 --group=4`
  shell(`cd ${root}/tree && ${tar} -cf ../archive.tar . && ${tar} -czf ../archive.tar.gz packed deep && printf plain | gzip -n >../plain.gz
    cd .. && rm -r tree && find . -exec touch -h -d @${fixedTime} {} + && find . -type d -exec chmod 755 {} +`)
  return root
}

function writeBase(directory: string): string {
  const root = join(directory, 'base')
  for (const name of ['bin', 'tmp', 'root', 'proc', 'sys', 'dev']) mkdirSync(join(root, name), { recursive: true })
  write(root, 'etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n')
  write(root, 'etc/group', 'root:x:0:\nnogroup:x:65534:\n')
  write(root, 'etc/motd', 'hello\n')
  write(root, 'data/one', 'one\n')
  write(root, 'data/deep/two', 'two\n')
  linkSync(join(root, 'data/one'), join(root, 'data/hard'))
  copyFileSync(shell('command -v busybox').trim(), join(root, 'bin/busybox'))
  for (const name of applets.split(' ')) symlinkSync('busybox', join(root, 'bin', name))
  const tar = join(directory, 'base.tar')
  shell(`cd ${root} && chmod 755 . bin/busybox && chmod 1777 tmp && find . -type d ! -name tmp -exec chmod 755 {} +
    tar --sort=name --mtime=@${fixedTime} --numeric-owner --owner=0 --group=0 -cf ${tar} .`)
  return tar
}

function writeRepository(directory: string, bare: string): void {
  const work = join(directory, 'repository')
  write(work, 'readme', 'in git\n')
  write(work, 'sub/file', 'below\n', 0o755)
  const date = `@${fixedTime} +0000`
  shell(
    `cd ${work} && git init -q -b main . && git add . && git -c user.name=t -c user.email=t@t commit -q -m one && git tag v1
     echo more >later && git add . && git -c user.name=t -c user.email=t@t commit -q -m two
     git clone -q --bare . ${bare} && git -C ${bare} config http.uploadpack true`,
    { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, GIT_CONFIG_GLOBAL: '/dev/null' },
  )
}

async function serve(root: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path.startsWith('/repo.git')) gitBackend(root, { request, response })
    else sendFile(root, path, response)
  })
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready))
  return server
}

function sendFile(root: string, path: string, response: ServerResponse): void {
  const named = path === '/named'
  try {
    const content = readFileSync(join(root, named ? 'file.txt' : path))
    const headers = { 'last-modified': new Date(fixedTime * 1000).toUTCString(), 'content-length': content.length }
    response.writeHead(200, { ...headers, ...(named ? { 'content-disposition': 'attachment; filename="disposed.txt"' } : {}) })
    response.end(content)
  } catch {
    response.writeHead(404).end()
  }
}

/** git's own CGI program: what it prints is headers, a blank line, and the body. */
function gitBackend(root: string, { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse }): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const child: ChildProcess = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH ?? '',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  if (child.stdin !== null) request.pipe(child.stdin)
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('close', () => {
    const output = Buffer.concat(chunks)
    const end = output.indexOf('\r\n\r\n')
    const headers = output
      .subarray(0, end)
      .toString('latin1')
      .split('\r\n')
      .map((line) => line.split(': '))
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.filter(([name]) => name !== 'Status')))
    response.end(output.subarray(end + 4))
  })
}
