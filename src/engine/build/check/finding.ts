import type { Instruction } from '../dockerfile/instruction.ts'
import { placeAt } from '../dockerfile/lines.ts'

export type RuleName =
  | 'StageNameCasing'
  | 'FromAsCasing'
  | 'NoEmptyContinuation'
  | 'ConsistentInstructionCasing'
  | 'DuplicateStageName'
  | 'ReservedStageName'
  | 'JSONArgsRecommended'
  | 'MaintainerDeprecated'
  | 'UndefinedArgInFrom'
  | 'WorkdirRelativePath'
  | 'UndefinedVar'
  | 'MultipleInstructionsDisallowed'
  | 'LegacyKeyValueFormat'
  | 'RedundantTargetPlatform'
  | 'SecretsUsedInArgOrEnv'
  | 'InvalidDefaultArgInFrom'
  | 'FromPlatformFlagConstDisallowed'
  | 'CopyIgnoredFile'
  | 'InvalidDefinitionDescription'
  | 'ExposeProtoCasing'
  | 'ExposeInvalidFormat'
  | 'InvalidBaseImagePlatform'

/** Rules of `# check`, by the names Docker gave them; true for those that must be asked for. */
export const ruleNames: Readonly<Record<RuleName, boolean>> = {
  StageNameCasing: false,
  FromAsCasing: false,
  NoEmptyContinuation: false,
  ConsistentInstructionCasing: false,
  DuplicateStageName: false,
  ReservedStageName: false,
  JSONArgsRecommended: false,
  MaintainerDeprecated: false,
  UndefinedArgInFrom: false,
  WorkdirRelativePath: false,
  UndefinedVar: false,
  MultipleInstructionsDisallowed: false,
  LegacyKeyValueFormat: false,
  RedundantTargetPlatform: false,
  SecretsUsedInArgOrEnv: false,
  InvalidDefaultArgInFrom: false,
  FromPlatformFlagConstDisallowed: false,
  CopyIgnoredFile: true,
  InvalidDefinitionDescription: true,
  ExposeProtoCasing: false,
  ExposeInvalidFormat: false,
  InvalidBaseImagePlatform: false,
}

/** Something a Dockerfile could do better. */
export interface Finding {
  readonly rule: RuleName
  readonly detail: string
  /** Counts from 1. */
  readonly line: number
}

export function finding(rule: RuleName, instruction: Pick<Instruction, 'line'>, detail: string): Finding {
  return { rule, detail, line: placeAt(instruction.line, 0).line }
}
