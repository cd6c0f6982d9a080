import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isEmulatorOf } from '../../src/engine/build/foreign-platform.ts'
import { baseImage } from '../conformance/dockerfiles/fixture.ts'
import { type BuildEngine, openBuildEngine } from '../support/build-engine.ts'
import { sh } from '../support/command.ts'
import { requireSandbox } from '../support/sandboxed.ts'

/*
 * RUN of another platform's programs by an emulator the kernel knows. Registering one would change the whole machine: the
 * kernel has such lists by user namespace, where the engine does not run. So this needs a machine that has one.
 */

const registrations = '/proc/sys/fs/binfmt_misc'
const machineCode = { aarch64: 183 }

/** The machine's list, for this test's mount namespace only. */
function hasEmulator(): boolean {
  requireSandbox()
  sh(`[ -e ${registrations}/register ] || mount -t binfmt_misc none ${registrations} || true`)
  const names = readdirSync(registrations).filter((name) => name !== 'register' && name !== 'status')
  return process.arch === 'x64' && names.some((name) => isEmulatorOf(readFileSync(join(registrations, name), 'utf8'), 'aarch64'))
}

/** A static program for Linux on arm64 that writes `text` to the file `path`: an ELF header, a segment, code and data. */
function arm64Program(path: string, text: string): Buffer {
  const address = 0x400000
  const codeAt = 64 + 56
  const codeLength = 15 * 4
  const pathAt = codeAt + codeLength
  const textAt = pathAt + path.length + 1
  const set = (register: number, value: number): number => 0xd2800000 + value * 32 + register
  // Only the low half differs from the address: the high half is put beside it.
  const point = (register: number, at: number): readonly number[] => [set(register, at), 0xf2a00000 + (address >>> 16) * 32 + register]
  const call = (number: number): readonly number[] => [set(8, number), 0xd4000001]
  const currentDirectory = 0x92800000 + 99 * 32
  const code = [
    ...[currentDirectory, ...point(1, pathAt), set(2, 0o101), set(3, 0o644), ...call(56)],
    ...[...point(1, textAt), set(2, text.length), ...call(64)],
    ...[set(0, 0), ...call(93)],
  ]
  const bytes = Buffer.alloc(textAt + text.length)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(bytes)
  bytes.writeUInt16LE(2, 16)
  bytes.writeUInt16LE(machineCode.aarch64, 18)
  bytes.writeUInt32LE(1, 20)
  bytes.writeBigUInt64LE(BigInt(address + codeAt), 24)
  bytes.writeBigUInt64LE(64n, 32)
  for (const [index, value] of [64, 56, 1].entries()) bytes.writeUInt16LE(value, 52 + index * 2)
  bytes.writeUInt32LE(1, 64)
  bytes.writeUInt32LE(5, 68)
  bytes.writeBigUInt64LE(BigInt(address), 80)
  bytes.writeBigUInt64LE(BigInt(address), 88)
  for (const at of [96, 104]) bytes.writeBigUInt64LE(BigInt(bytes.length), at)
  bytes.writeBigUInt64LE(0x1000n, 112)
  for (const [index, word] of code.entries()) bytes.writeUInt32LE(word, codeAt + index * 4)
  bytes.write(path, pathAt)
  bytes.write(text, textAt)
  return bytes
}

describe.skipIf(!hasEmulator())('an emulator for arm64 (needs qemu-user-static, registered with binfmt_misc)', () => {
  let opened: BuildEngine

  beforeAll(async () => {
    opened = await openBuildEngine()
  })

  afterAll(async () => {
    await opened.close()
  })

  it('runs programs of arm64 in RUN', async () => {
    const context = join(opened.root, 'emulated')
    mkdirSync(context)
    writeFileSync(join(context, 'program'), arm64Program('/made', 'by arm64'), { mode: 0o755 })
    const made = ['FROM scratch AS made', 'COPY program /', 'RUN ["/program"]']
    const look = [`FROM --platform=$BUILDPLATFORM ${baseImage} AS look`, 'COPY --from=made /made /', 'RUN test "$(cat /made)" = "by arm64"']
    const spec = {
      context,
      dockerfileInline: [...made, ...look, 'FROM scratch', 'COPY --from=look /made /'].join('\n'),
      platforms: ['linux/arm64'],
      noCache: true,
    }
    const image = await opened.engine.engine.images.build({ ...spec, tags: ['emulated/out:1'] })
    expect(image.platform).toBe('linux/arm64')
  })
})
