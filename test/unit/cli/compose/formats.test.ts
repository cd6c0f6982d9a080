import { describe, expect, it } from 'vitest'
import { humanDuration, parseTimestamp } from '../../../../src/cli/compose/durations.ts'
import { displayPorts } from '../../../../src/cli/compose/ports.ts'
import { parsePublish, parseVolume } from '../../../../src/cli/compose/run-flags.ts'
import { formatTable } from '../../../../src/cli/compose/table.ts'
import { fillTemplate, parseFormat } from '../../../../src/cli/compose/template.ts'

describe('durations', () => {
  it.each([
    [999, 'Less than a second'],
    [1000, '1 second'],
    [59_000, '59 seconds'],
    [60_000, 'About a minute'],
    [59 * 60_000, '59 minutes'],
    [60 * 60_000, 'About an hour'],
    [3 * 3_600_000, '3 hours'],
    [50 * 3_600_000, '2 days'],
    [20 * 86_400_000, '2 weeks'],
    [90 * 86_400_000, '3 months'],
    [800 * 86_400_000, '2 years'],
  ])('%d ms is %s', (milliseconds, expected) => {
    expect(humanDuration(milliseconds)).toBe(expected)
  })

  it('reads times relative and absolute', () => {
    expect(parseTimestamp('1h30m', 10_000_000)).toBe(10_000_000 - 5_400_000)
    expect(parseTimestamp('2026-01-02T03:04:05Z', 0)).toBe(Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(parseTimestamp('100', 0)).toBe(100_000)
    expect(parseTimestamp('soon', 0)).toBeUndefined()
  })
})

describe('ports', () => {
  it('are shown as docker shows them', () => {
    const port = (containerPort: number, hostPort: number, hostIp: string, protocol: 'tcp' | 'udp' = 'tcp') => ({
      containerPort,
      hostPort,
      hostIp,
      protocol,
    })
    expect(
      displayPorts([
        port(70, 0, ''),
        ...[9000, 9001].flatMap((number) => [port(number, number, '0.0.0.0', 'udp'), port(number, number, '::', 'udp')]),
        port(80, 8081, '0.0.0.0'),
        port(80, 8081, '::'),
      ]),
    ).toBe('70/tcp, 0.0.0.0:9000-9001->9000-9001/udp, [::]:9000-9001->9000-9001/udp, 0.0.0.0:8081->80/tcp, [::]:8081->80/tcp')
  })

  it.each([
    ['80', [{ containerPort: 80, protocol: 'tcp' }]],
    ['8080:80', [{ containerPort: 80, protocol: 'tcp', hostPort: '8080' }]],
    ['127.0.0.1:8080:80/udp', [{ containerPort: 80, protocol: 'udp', hostIp: '127.0.0.1', hostPort: '8080' }]],
    ['127.0.0.1::80', [{ containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.1' }]],
    ['[::1]:1:2', [{ containerPort: 2, protocol: 'tcp', hostIp: '::1', hostPort: '1' }]],
    [
      '8000-8001:80-81',
      [
        { containerPort: 80, protocol: 'tcp', hostPort: '8000' },
        { containerPort: 81, protocol: 'tcp', hostPort: '8001' },
      ],
    ],
  ])('%s on the command line is understood', (text, expected) => {
    expect(parsePublish(text)).toEqual(expected)
  })

  it.each(['x', '80:', '0', '70000', '1-2:3-5', '80/icmp'])('%s on the command line is refused', (text) => {
    expect(() => parsePublish(text)).toThrow(/invalid port/)
  })
})

describe('volumes of run', () => {
  it('are paths, names or anonymous', () => {
    expect(parseVolume('./a:/b:ro', '/srv')).toEqual({
      type: 'bind',
      source: '/srv/a',
      target: '/b',
      createHostPath: true,
      readOnly: true,
    })
    expect(parseVolume('data:/b', '/srv')).toEqual({ type: 'volume', source: 'data', target: '/b' })
    expect(parseVolume('/b', '/srv')).toEqual({ type: 'volume', target: '/b' })
    expect(() => parseVolume('a:b', '/srv')).toThrow(/must be absolute/)
  })
})

describe('tables and templates', () => {
  it("aligns columns with docker compose's widths", () => {
    expect(formatTable(['NAME', 'PORTS'], [['oracle-db-1', '']])).toBe('NAME          PORTS\noracle-db-1   \n')
    expect(formatTable(['DRIVER', 'VOLUME NAME'], [['local', 'oracle_data']])).toBe('DRIVER    VOLUME NAME\nlocal     oracle_data\n')
  })

  it('fills templates and refuses unknown fields', () => {
    expect(fillTemplate('{{.Name}} {{ json .Labels }}', { Name: 'a', Labels: 'x>y' })).toBe('a "x\\u003ey"')
    expect(() => fillTemplate('{{.Nope}}', { Name: 'a' })).toThrow(/cannot evaluate/)
    expect(() => parseFormat('yaml')).toThrow(/could not be parsed/)
  })
})
