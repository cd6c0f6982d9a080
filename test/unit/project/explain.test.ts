// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of compose files look like this
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Explanation, explain } from '../../../src/project/explain.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tscompose-explain-'))
  write('compose.yaml', compose)
  write('compose.override.yaml', 'services:\n  web:\n    environment: [DEBUG=2]\n    image: nginx:${TAG:?needed}\n')
  write('base.yaml', 'services:\n  base:\n    image: old\n    environment: {DEBUG: "0", ONLY_BASE: x, BOTH: y}\n')
  write('sub/inc.yaml', 'services: {inc: {image: "i:${IV}"}}\n')
  write('.env', 'TAG=9\nBARE=b\n')
  write('sub/.env', 'IV=3\n')
  write('w.env', 'F=1\nBOTH=file\n')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const compose = `include: [sub/inc.yaml]
services:
  web:
    extends: {file: base.yaml, service: base}
    environment:
      DEBUG: \${DBG:-1}
      BARE:
      SHELL_GIVEN: \${GIVEN}
      FALLBACK: \${NOT_SET:-fallback}
    env_file: [w.env]
    ports: ["8080:80"]
    labels: {com.example.x: a}
`

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), text)
}

function all(path: string): readonly Explanation[] {
  const result = explain({ cwd: directory, env: { GIVEN: 'shell' } }, path)
  if ('missing' in result) throw new Error(`${result.missing}; ${result.hint}`)
  return result.explanations
}

/** `kind text @ file:line:column`, the deciding step first. */
function chain(path: string): readonly string[] {
  const [explanation] = all(path)
  return (explanation?.steps ?? []).map(({ kind, text, file, line, column }) => {
    const place = file === undefined ? '' : ` @ ${basename(file)}:${line}${column === undefined ? '' : `:${column}`}`
    return `${kind} ${text.replaceAll(directory, '')}${place}`
  })
}

test('an override comes first, then what it replaced, down to the service that was extended', () => {
  expect(all('services.web.environment.DEBUG')[0]?.value).toBe('2')
  expect(chain('services.web.environment.DEBUG')).toEqual([
    'written DEBUG=2 @ compose.override.yaml:3:19',
    'replaced ${DBG:-1} @ compose.yaml:6:14',
    'replaced "0" @ base.yaml:4:26',
    'extends from service base of /base.yaml @ compose.yaml:4:14',
  ])
})

test('a value that was only inherited says through which extends', () => {
  expect(chain('services.web.environment.ONLY_BASE')).toEqual([
    'written x @ base.yaml:4:42',
    'extends from service base of /base.yaml @ compose.yaml:4:14',
  ])
})

test('variables say where they were set', () => {
  expect(chain('services.web.image').slice(0, 2)).toEqual([
    'written nginx:${TAG:?needed} @ compose.override.yaml:4:12',
    'variable TAG is "9" in this env file @ .env:1',
  ])
  expect(chain('services.web.environment.SHELL_GIVEN')[1]).toBe('variable GIVEN is "shell" in the environment')
  expect(chain('services.web.environment.FALLBACK')[1]).toBe('variable default NOT_SET is not set: the default "fallback" counts')
  expect(chain('services.web.environment.BARE')).toEqual([
    'written without a value @ compose.yaml:7:12',
    'variable BARE is "b" in this env file @ .env:2',
  ])
})

test('env files of the service are below what the file says', () => {
  expect(chain('services.web.environment.F')).toEqual(['env_file "1" @ w.env:1'])
  expect(chain('services.web.environment.BOTH').at(-1)).toBe('env_file "file", but what is above counts @ w.env:2')
})

test('an included service says so, and its variables come from its own .env', () => {
  expect(chain('services.inc.image')).toEqual([
    'written "i:${IV}" @ inc.yaml:1:25',
    'variable IV is "3" in this env file @ .env:1',
    'include from /sub/inc.yaml @ compose.yaml:1:11',
  ])
})

test('the parts of a short form are where it is written, defaults are nowhere', () => {
  expect(chain('services.web.ports[0].published')).toEqual(['written "8080:80" @ compose.yaml:11:13'])
  expect(chain('networks.default.name')).toEqual(['default no file says so: a default of compose'])
})

test('keys may hold dots, and a map is explained value by value', () => {
  expect(chain('services.web.labels.com.example.x')).toEqual(['written a @ compose.yaml:12:29'])
  expect(all('services.web.ports').map(({ path }) => path)).toContain('services.web.ports[0].target')
})

test('a path that leads nowhere names what is near', () => {
  expect(explain({ cwd: directory, env: {} }, 'services.web.imag')).toEqual({
    missing: 'services.web has no imag',
    hint: 'did you mean `image`?',
  })
})
