import { parseTemplate, type VariableUse, variablesOf } from './load/template.ts'
import type { Project } from './model.ts'
import { isList, isTree, type Tree, type Value } from './tree.ts'

/* What the listing flags of `config` print, as data. */

/** `--images`: the image of each enabled service; a built one without name is `<project>-<service>`. */
export function listImages(project: Project): readonly string[] {
  const images = Object.values(project.services)
    .filter(({ provider }) => provider === undefined)
    .map(({ name, image }) => (image === undefined || image === '' ? `${project.name}-${name}` : image))
  return images.sort()
}

/** `--profiles`: every profile some service belongs to. */
export function listProfiles(project: Project): readonly string[] {
  const services = Object.values({ ...project.services, ...project.disabledServices })
  return [...new Set(services.flatMap(({ profiles = [] }) => profiles))].sort()
}

/** `--environment`: `NAME=value`, in alphabetical order. */
export function listEnvironment(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(environment)
    .sort()
    .map((name) => `${name}=${environment[name]}`)
}

/** `--models`: the model itself of each of the project's models. */
export function listModels(project: Project): readonly string[] {
  return Object.values(project.models).flatMap(({ model }) => (model === undefined || model === '' ? [] : [model]))
}

/** `--variables`: every variable a tree uses that was loaded without interpolation, the first use of each. */
export function listVariables(tree: Tree): readonly VariableUse[] {
  const found = new Map<string, VariableUse>()
  const visit = (value: Value): void => {
    if (typeof value === 'string') {
      for (const use of variablesOf(parseTemplate(value) ?? [])) if (!found.has(use.name)) found.set(use.name, use)
    } else if (isList(value)) value.forEach(visit)
    else if (isTree(value)) Object.values(value).forEach(visit)
  }
  visit(tree)
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
