import { expect, it } from 'vitest'
import { parseMountinfo } from '../../../src/sys/mountinfo.ts'

it('reads mount points with blanks, peer groups and options', () => {
  const text = [
    '36 35 98:0 /mnt1 /mnt/my\\040disk rw,noatime master:1 shared:7 - ext3 /dev/a\\134b rw,errors=continue',
    '',
    'not a line',
    '64 30 0:40 / /run rw - tmpfs tmpfs rw,mode=755',
  ].join('\n')
  expect(parseMountinfo(text)).toEqual([
    {
      id: 36,
      parentId: 35,
      device: '98:0',
      root: '/mnt1',
      target: '/mnt/my disk',
      options: ['rw', 'noatime'],
      propagation: ['master:1', 'shared:7'],
      type: 'ext3',
      source: '/dev/a\\b',
      superOptions: ['rw', 'errors=continue'],
    },
    expect.objectContaining({ target: '/run', propagation: [], type: 'tmpfs' }),
  ])
})
