import { DepGraph, DepGraphCycleError } from 'dependency-graph'
import { TscomposeError } from '../../base/errors.ts'
import type { Dependency } from '../../project/model.ts'

interface WithDependencies {
  readonly depends_on?: Readonly<Record<string, Dependency>>
}

/**
 * Names of the services with every dependency before what depends on it; the same input gives the same order.
 * Dependencies that are not among the services are left out. A cycle is an error that prints it.
 */
export function serviceOrder(services: Readonly<Record<string, WithDependencies>>): readonly string[] {
  return dependencyOrder(Object.keys(services).sort(), (name) => Object.keys(services[name]?.depends_on ?? {}))
}

/** Any names in an order where what `dependenciesOf` gives comes first. */
export function dependencyOrder(names: readonly string[], dependenciesOf: (name: string) => readonly string[]): readonly string[] {
  const graph = new DepGraph<string>()
  for (const name of names) graph.addNode(name)
  for (const name of names) {
    for (const dependency of dependenciesOf(name)) if (graph.hasNode(dependency)) graph.addDependency(name, dependency)
  }
  try {
    return graph.overallOrder()
  } catch (error) {
    if (!(error instanceof DepGraphCycleError)) throw error
    throw new TscomposeError('invalid', 'DEPENDENCY_CYCLE', `dependency cycle detected: ${error.cyclePath.join(' -> ')}`, {
      hint: 'take one of these depends_on away',
    })
  }
}
