import { describe, expect, test } from 'vitest'
import { parseDockerfile } from '../../../../src/engine/build/dockerfile/parse.ts'
import { createSource } from '../../../../src/engine/build/dockerfile/source.ts'
import { applyMetadata, isMetadata } from '../../../../src/engine/build/metadata.ts'
import { derivedState, imageState, type StageState, scratchState, toConfigFile, withLayer } from '../../../../src/engine/build/state.ts'

const platform = { architecture: 'amd64', os: 'linux' }
const base = imageState('sha256:c', {
  ...platform,
  created: '2026-01-01T00:00:00Z',
  config: { Cmd: ['sh'], OnBuild: ['RUN x'] },
  rootfs: { type: 'layers', diff_ids: ['sha256:d'] },
  history: [{ created: '2026-01-01T00:00:00Z', comment: 'Imported from -' }],
})

function apply(text: string, from: StageState = base, args: Readonly<Record<string, string>> = {}): StageState {
  const { source, instructions } = parseDockerfile(createSource('Dockerfile', text))
  const globals: Readonly<Record<string, string>> = { GLOBAL: 'g', TARGETARCH: 'amd64' }
  return instructions
    .filter(isMetadata)
    .reduce((state, instruction) => applyMetadata(state, instruction, { source, args, globalArgs: (name) => globals[name] }), from)
}

/** Recorded from docker 28.5 with BuildKit, the base's own entry left out. */
const recorded = {
  config: {
    User: 'app',
    ExposedPorts: { '100/tcp': {}, '101/tcp': {}, '102/tcp': {}, '80/tcp': {}, '90/udp': {} },
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=b', 'C=d e', 'P=1'],
    Entrypoint: ['/bin/sh', '-c'],
    Cmd: ['/bin/sh', '-c', 'echo hi'],
    Volumes: { '/data': {}, '/v1': {}, '/v2': {}, '[q]': {} },
    Labels: { 'l m': 'n', x: 'y' },
    StopSignal: 'SIGINT',
    ArgsEscaped: true,
    Healthcheck: { Test: ['CMD-SHELL', 'echo ok'], Interval: 5000000000, Retries: 3 },
    OnBuild: ['RUN echo x'],
    Shell: ['/bin/sh', '-x', '-c'],
  },
  history: [
    'ARG V=1',
    'ENV A=b C=d e P=1',
    'LABEL x=y l m=n',
    'USER app',
    'EXPOSE [100/tcp 101/tcp 102/tcp 80/tcp 90/udp]',
    'VOLUME [/data [q]]',
    'VOLUME [/v1 /v2]',
    'CMD ["/bin/sh" "-c" "echo hi"]',
    'ENTRYPOINT ["/bin/sh" "-c"]',
    'HEALTHCHECK &{["CMD-SHELL" "echo ok"] "5s" "0s" "0s" "0s" \'\\x03\'}',
    'STOPSIGNAL SIGINT',
    'MAINTAINER me',
    'SHELL [/bin/sh -x -c]',
  ],
}

describe('compared with docker', () => {
  const state = apply(`ARG V=1
ENV A=b C="d e" P=$V
LABEL x=y "l m"=n
USER app
EXPOSE 80 90/udp 100-102
VOLUME /data ["q"]
VOLUME ["/v1","/v2"]
CMD echo hi
ENTRYPOINT ["/bin/sh","-c"]
HEALTHCHECK --interval=5s --retries=3 CMD echo ok
STOPSIGNAL SIGINT
MAINTAINER me
ONBUILD RUN echo x
SHELL ["/bin/sh","-x","-c"]`)

  test('the config is the same', () => {
    expect(toConfigFile(state).config).toEqual(recorded.config)
    expect(state.author).toBe('me')
  })

  test('the history is the same', () => {
    expect(state.history.slice(1).map((entry) => entry.created_by)).toEqual(recorded.history)
    expect(state.history.slice(1).every((entry) => entry.empty_layer === true)).toBe(true)
  })
})

describe('variables', () => {
  test('ENV beats ARG, and one instruction sees the values from before it', () => {
    expect(apply('ENV A=1\nENV A=2 B=$A').config.Env).toEqual(expect.arrayContaining(['A=2', 'B=1']))
    expect(apply('ARG A=arg\nENV A=env\nENV B=$A').config.Env).toContain('B=env')
  })

  test('the build gives values to declared arguments only', () => {
    const state = apply('ARG A=default\nENV X=$A Y=$B', base, { A: 'given', B: 'undeclared' })
    expect(state.config.Env).toEqual(expect.arrayContaining(['X=given', 'Y=']))
  })

  test('arguments before FROM and of the platform need to be declared again', () => {
    const state = apply('ENV X=$GLOBAL\nARG GLOBAL\nARG TARGETARCH\nENV Y=$GLOBAL Z=$TARGETARCH')
    expect(state.config.Env).toEqual(expect.arrayContaining(['X=', 'Y=g', 'Z=amd64']))
  })

  test('a stage on top of a stage inherits its arguments', () => {
    expect(apply('ENV B=$A', derivedState(apply('ARG A=1'))).config.Env).toContain('B=1')
  })
})

describe('commands', () => {
  test('ENTRYPOINT forgets the command of the image, but not of this stage', () => {
    expect(apply('ENTRYPOINT ["x"]').config.Cmd).toBeUndefined()
    expect(apply('CMD ["y"]\nENTRYPOINT ["x"]').config.Cmd).toEqual(['y'])
  })

  test('an empty ENTRYPOINT takes the one of the image away', () => {
    expect(apply('ENTRYPOINT []', apply('ENTRYPOINT ["a"]')).config.Entrypoint).toBeUndefined()
  })

  test('triggers of the base do not stay in the image', () => {
    expect(base.config.OnBuild).toBeUndefined()
  })
})

describe('the image file', () => {
  test('entries without a layer take the time of the next layer, at the end of the last one', () => {
    const layer = { diffId: 'sha256:e', chainId: 'sha256:f', size: 1, created: '2026-02-02T00:00:00Z' }
    const file = toConfigFile(apply('USER b', withLayer(apply('ENV A=1'), layer, 'RUN x # buildkit')))
    expect(file.created).toBe('2026-02-02T00:00:00Z')
    expect(file.history?.map(({ created }) => created)).toEqual([
      '2026-01-01T00:00:00Z',
      '2026-02-02T00:00:00Z',
      '2026-02-02T00:00:00Z',
      '2026-02-02T00:00:00Z',
    ])
    expect(file.rootfs.diff_ids).toEqual(['sha256:d', 'sha256:e'])
  })

  test('without a layer the base gives the time', () => {
    expect(toConfigFile(apply('USER b')).created).toBe('2026-01-01T00:00:00Z')
  })

  test('scratch has a PATH and a working directory', () => {
    expect(toConfigFile(scratchState(platform)).config).toEqual({
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      WorkingDir: '/',
    })
  })

  test('SOURCE_DATE_EPOCH fixes the times, labels of the build come on top', () => {
    const file = toConfigFile(apply('LABEL a=1 b=2'), { labels: { b: '3' }, epoch: 1 })
    expect(file.created).toBe('1970-01-01T00:00:01.000Z')
    expect(file.config?.Labels).toEqual({ a: '1', b: '3' })
  })
})
