import { expect, test } from 'vitest'
import { isEmulatorOf } from '../../../../src/engine/build/foreign-platform.ts'

const registration = (flags: string, state = 'enabled'): string =>
  `${state}\ninterpreter /usr/libexec/qemu-binfmt/qemu-aarch64-static\nflags: ${flags}\noffset 0\n`

test('an emulator counts if it is enabled, for that machine, and opened beforehand', () => {
  expect(isEmulatorOf(registration('OCF'), 'aarch64')).toBe(true)
  expect(isEmulatorOf(registration('OC'), 'aarch64')).toBe(false)
  expect(isEmulatorOf(registration('F', 'disabled'), 'aarch64')).toBe(false)
  expect(isEmulatorOf(registration('F'), 'arm')).toBe(false)
})
