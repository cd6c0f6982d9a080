import { describe, expect, it } from 'vitest'
import { kernelFinding, programFinding } from '../../../../src/daemon/doctor/finding.ts'

describe('the doctor', () => {
  it.each([
    ['4.19.0-1', 'lack'],
    ['5.5.19', 'lack'],
    ['5.6.0', 'ok'],
    ['5.10.0-28-amd64', 'ok'],
    ['6.1.0', 'ok'],
  ])('finds kernel %s: %s', (release, status) => {
    expect(kernelFinding(release).status).toBe(status)
  })

  it('names the command that installs what is missing', () => {
    expect(programFinding('crun', undefined)).toEqual({
      name: 'crun',
      status: 'lack',
      detail: 'not installed',
      fix: 'apt-get install crun',
    })
    expect(programFinding('crun', { path: '/usr/bin/crun', version: 'crun version 1.8.1' }).detail).toBe('1.8.1 (/usr/bin/crun)')
  })
})
