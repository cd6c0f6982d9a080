import { expect, test } from 'vitest'
import { changeMode, parseModeChange } from '../../../../../src/engine/build/context/mode.ts'

test.each([
  ['755', 0o644, false, 0o755],
  ['u=rwX,go=rX', 0o600, true, 0o755],
  ['u=rwX,go=rX', 0o600, false, 0o644],
  ['u=rwX,go=rX', 0o700, false, 0o755],
  ['a+x', 0o644, false, 0o755],
  ['go-rwx', 0o755, false, 0o700],
  ['u+s', 0o755, false, 0o4755],
])('%s over %i', (text, mode, directory, result) => {
  expect(changeMode(mode, parseModeChange(text), directory)).toBe(result)
})

test.each(['', '999', 'u=z', '77777'])('%j is no mode', (text) => {
  expect(() => parseModeChange(text)).toThrow('is not a file mode')
})
