import { chmod, chown } from 'node:fs/promises'
import { posix } from 'node:path'
import { TscomposeError } from '../../base/errors.ts'
import type { StepRunner } from '../parts.ts'
import type { CopySource } from './copy-step.ts'
import type { MountType } from './dockerfile/instruction.ts'

export type StepMount = NonNullable<Parameters<StepRunner['run']>[0]['mounts']>[number]

/** A mount of a RUN step with its variables expanded. */
export interface ExpandedMount {
  readonly type: MountType
  readonly options: Readonly<Record<string, string>>
}

export interface MountContext {
  /** Resolves `from`; absent name: the build context. */
  readonly source: (from: string | undefined) => Promise<CopySource>
  readonly workingDir: string
}

/** What one mount gives to its step. */
export interface Prepared {
  readonly mount?: StepMount
  readonly env?: string
  readonly lock?: string
  readonly release?: () => void | Promise<void>
}

export function targetOf({ type, options }: ExpandedMount, { workingDir }: MountContext): string {
  const target = options.target ?? options.dst ?? options.destination
  if (target === undefined) throw new TscomposeError('invalid', 'INVALID_MOUNT', `a ${type} mount needs target=PATH`)
  return posix.resolve(workingDir, target)
}

export async function setOwnership(path: string, options: Readonly<Record<string, string>>, mode: number): Promise<void> {
  await chown(path, Number(options.uid ?? 0), Number(options.gid ?? 0))
  await chmod(path, options.mode === undefined ? mode : Number.parseInt(options.mode, 8))
}

const isFalse = (text: string): boolean => ['false', '0', 'f'].includes(text.toLowerCase())

/** True where one of the switches was turned off: `readonly=false`. */
export function isOff(options: Readonly<Record<string, string>>, names: readonly string[]): boolean {
  return names.some((name) => options[name] !== undefined && isFalse(options[name]))
}

export function isOn(options: Readonly<Record<string, string>>, names: readonly string[]): boolean {
  return names.some((name) => options[name] !== undefined && !isFalse(options[name]))
}
