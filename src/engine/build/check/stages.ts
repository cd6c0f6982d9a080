import type { Instruction } from '../dockerfile/instruction.ts'
import { splitStages } from '../stages.ts'
import { type Finding, finding } from './finding.ts'

/* Rules about what stands together in one stage, or about the stages' names. */

export function checkStages(instructions: readonly Instruction[]): readonly Finding[] {
  const { stages } = splitStages(instructions)
  const names = stages.flatMap(([from]) => (from?.keyword === 'FROM' && from.name !== undefined ? [{ name: from.name, from }] : []))
  const duplicates = names.filter(({ name }, index) => names.findIndex((other) => other.name === name) < index)
  return [
    ...duplicates.map(({ name, from }) => finding('DuplicateStageName', from, `another stage is called ${name} too`)),
    ...stages.flatMap(repeated),
    ...shellForms(stages),
  ]
}

/** Told at every one but the last, which wins. */
function repeated(stage: readonly Instruction[]): readonly Finding[] {
  return (['CMD', 'ENTRYPOINT', 'HEALTHCHECK'] as const).flatMap((keyword) =>
    stage
      .filter((instruction) => instruction.keyword === keyword)
      .slice(0, -1)
      .map((instruction) =>
        finding('MultipleInstructionsDisallowed', instruction, `only the last ${keyword} of a stage counts: drop this one`),
      ),
  )
}

/** Whoever chose a shell, in this stage or in one it begins with, means its forms. */
function shellForms(stages: readonly (readonly Instruction[])[]): readonly Finding[] {
  const chosen = new Set<string>()
  return stages.flatMap(([from, ...rest], number) => {
    let inherited = from?.keyword === 'FROM' && chosen.has(from.image.toLowerCase())
    const found: Finding[] = []
    for (const instruction of rest) {
      if (instruction.keyword === 'SHELL') inherited = true
      if (inherited || (instruction.keyword !== 'CMD' && instruction.keyword !== 'ENTRYPOINT') || instruction.command.form === 'exec')
        continue
      const text = `write ${instruction.keyword} ["…"]: under a shell the program gets no signals`
      found.push(finding('JSONArgsRecommended', instruction, text))
    }
    if (inherited) chosen.add(String(number))
    if (inherited && from?.keyword === 'FROM' && from.name !== undefined) chosen.add(from.name)
    return found
  })
}
