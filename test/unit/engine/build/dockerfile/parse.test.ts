import { describe, expect, test } from 'vitest'
import { TscomposeError } from '../../../../../src/base/errors.ts'
import type { Instruction } from '../../../../../src/engine/build/dockerfile/instruction.ts'
import { parseDockerfile } from '../../../../../src/engine/build/dockerfile/parse.ts'
import { createSource } from '../../../../../src/engine/build/dockerfile/source.ts'

function parse(text: string): readonly Omit<Instruction, 'line' | 'escapeChar'>[] {
  return parseDockerfile(createSource('Dockerfile', text)).instructions.map(({ line: _line, escapeChar: _escape, ...rest }) => rest)
}

function faultOf(text: string): TscomposeError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof TscomposeError) return error
    throw error
  }
  throw new Error('no fault')
}

describe('instructions', () => {
  test('continuations are joined; comments and blank lines inside them are dropped', () => {
    expect(parse('RUN echo a \\\n# not this\n  b \\\n\n  c')).toEqual([
      { keyword: 'RUN', command: { form: 'shell', text: 'echo a   b   c' }, heredocs: [], mounts: [] },
    ])
  })

  test('the escape directive changes what continues a line', () => {
    expect(parse('# escape=`\nRUN dir C:\\ `\n  next')[0]).toMatchObject({ command: { text: 'dir C:\\   next' } })
  })

  test('two escape characters at the end continue nothing', () => {
    expect(parse('RUN echo a\\\\\nUSER x').map(({ keyword }) => keyword)).toEqual(['RUN', 'USER'])
  })

  test('a JSON array is the exec form, broken JSON the shell form', () => {
    expect(parse('CMD ["a", "b c"]')[0]).toMatchObject({ command: { form: 'exec', args: ['a', 'b c'] } })
    expect(parse('CMD ["a", b]')[0]).toMatchObject({ command: { form: 'shell', text: '["a", b]' } })
  })

  test('heredocs keep their lines, and quoting the name turns variables off', () => {
    const [run, copy] = parse('RUN <<-EOF cat\n\tone\n\tEOF\nCOPY <<"A" <<B /x/\n$a\nA\n$b\nB\n')
    expect(run).toMatchObject({ heredocs: [{ name: 'EOF', chomp: true, expand: true, content: '\tone\n', terminator: '\tEOF' }] })
    expect(copy).toMatchObject({
      destination: '/x/',
      sources: [],
      inline: [
        { name: 'A', content: '$a\n', expand: false },
        { name: 'B', content: '$b\n', expand: true },
      ],
    })
  })

  test('a << inside quotes begins no heredoc', () => {
    expect(parse('RUN echo "see <<EOF"\nUSER x').map(({ keyword }) => keyword)).toEqual(['RUN', 'USER'])
  })

  test('flags are taken off the front only', () => {
    expect(parse('COPY --from=a --chown=1:2 --link b --c /d')[0]).toMatchObject({
      from: 'a',
      chown: '1:2',
      link: true,
      sources: ['b', '--c'],
      destination: '/d',
    })
  })

  test('RUN mounts are read key by key', () => {
    expect(parse('RUN --mount=type=cache,target=/c,sharing=locked --mount=target=.,ro make')[0]).toMatchObject({
      mounts: [
        { type: 'cache', options: { type: 'cache', target: '/c', sharing: 'locked' } },
        { type: 'bind', options: { target: '.', ro: 'true' } },
      ],
    })
  })

  test('FROM takes a platform and a name in any case', () => {
    expect(parse('FROM --platform=linux/arm64 debian:12 as Base')[0]).toEqual({
      keyword: 'FROM',
      image: 'debian:12',
      platform: 'linux/arm64',
      name: 'base',
    })
  })

  test('ENV has two forms', () => {
    expect(parse('ENV a=b c="d e"')[0]).toMatchObject({
      pairs: [
        { key: 'a', value: 'b' },
        { key: 'c', value: '"d e"' },
      ],
    })
    expect(parse('ENV a b  c')[0]).toMatchObject({ pairs: [{ key: 'a', value: 'b  c' }] })
  })

  test('HEALTHCHECK times are nanoseconds', () => {
    expect(parse('HEALTHCHECK --interval=1m30s --timeout=500ms --retries=2 CMD curl x')[0]).toEqual({
      keyword: 'HEALTHCHECK',
      command: { form: 'shell', text: 'curl x' },
      timing: { Interval: 90e9, Timeout: 5e8, Retries: 2 },
    })
    expect(parse('HEALTHCHECK NONE')[0]).toEqual({ keyword: 'HEALTHCHECK', timing: {} })
  })
})

describe('faults', () => {
  test('an unknown instruction is told with its place and a proposal', () => {
    const fault = faultOf('FROM scratch\n\n  RUNN true')
    expect(fault).toMatchObject({
      code: 'UNKNOWN_INSTRUCTION',
      position: { file: 'Dockerfile', line: 3, column: 3 },
      hint: 'did you mean RUN?',
    })
    expect(fault.message).toBe('unknown instruction RUNN\n    3 |   RUNN true')
  })

  test('a flag is blamed at its own column, also on a continued line', () => {
    expect(faultOf('COPY \\\n  --chwn=1 a b')).toMatchObject({ position: { line: 2, column: 3 }, hint: 'did you mean --chown?' })
  })

  test.each([
    ['', 'has no instructions'],
    ['FROM', 'needs at least one argument'],
    ['FROM a b', 'image AS name'],
    ['FROM a AS 1b', 'invalid stage name'],
    ['ENV A', 'has no value'],
    ['ENV A=b c', 'is not KEY=value'],
    ['COPY a', 'needs a source and a destination'],
    ['SHELL /bin/sh', 'JSON array'],
    ['ONBUILD FROM x', 'not allowed as an ONBUILD trigger'],
    ['HEALTHCHECK FOO', 'unknown health check type'],
    ['HEALTHCHECK --interval=1x CMD a', 'is not a duration'],
    ['RUN --mount=type=foo,target=/x a', 'unknown mount type'],
    ['RUN --network=lan a', 'invalid network mode'],
    ['COPY --link=maybe a b', 'takes true or false'],
    ['COPY --chown a b', 'needs a value'],
    ['USER a b', 'exactly one argument'],
    ['RUN <<EOF\nx\n', 'never ends'],
    ['# escape=x\nFROM a', 'invalid escape character'],
  ])('%j is refused', (text, words) => {
    expect(faultOf(text).message).toContain(words)
    expect(faultOf(text).kind).toBe('invalid')
  })
})
