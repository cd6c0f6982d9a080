import { readdirSync, readFileSync } from 'node:fs'
import { TscomposeError } from '../../base/errors.ts'
import type { Platform } from '../../oci/descriptor.ts'
import { formatPlatform, hostPlatform } from '../../oci/platform.ts'

const registrations = '/proc/sys/fs/binfmt_misc'

/** Machine names as emulators have them. */
const machines: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64', '386': 'i386' }

/** What a processor runs beside its own programs. */
const compatible: Readonly<Record<string, readonly string[]>> = { amd64: ['386'], arm64: ['arm'] }

/** Throws FOREIGN_PLATFORM where no program of the platform can run here: neither by the processor nor by an emulator. */
export function requireRunnable(platform: Platform): void {
  const host = hostPlatform(process.arch)
  const { architecture } = platform
  if (architecture === '' || architecture === host.architecture || compatible[host.architecture]?.includes(architecture) === true) return
  if (emulators().some((text) => isEmulatorOf(text, machines[architecture] ?? architecture))) return
  throw new TscomposeError(
    'unsupported',
    'FOREIGN_PLATFORM',
    `RUN needs to run programs for ${formatPlatform(platform)} on ${formatPlatform(host)}`,
    {
      hint: 'install qemu-user-static, which registers emulators with the kernel, or begin the stage with FROM --platform=$BUILDPLATFORM',
    },
  )
}

/** An emulator works in containers if the kernel opened it when it was registered (flag F). */
export function isEmulatorOf(registration: string, machine: string): boolean {
  const enabled = /^enabled$/m.test(registration)
  const interpreter = /^interpreter .*qemu-([a-z0-9_]+?)(?:-static|-binfmt.*)?$/m.exec(registration)?.[1]
  return enabled && interpreter === machine && /^flags: \S*F/m.test(registration)
}

function emulators(): readonly string[] {
  try {
    return readdirSync(registrations)
      .filter((name) => name !== 'register' && name !== 'status')
      .map((name) => readFileSync(`${registrations}/${name}`, 'utf8'))
  } catch {
    return []
  }
}
