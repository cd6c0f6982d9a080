import type { Project, Service } from '../project/model.ts'

export interface VizOptions {
  readonly images: boolean
  readonly networks: boolean
  readonly ports: boolean
  /** Put before each line inside. */
  readonly indentation: string
}

/** The services of a project and who depends on whom, in Graphviz' language. */
export function viz(project: Project, { images, networks, ports, indentation }: VizOptions): string {
  const services = Object.values(project.services)
  const nodes = services.map((service) => {
    const details = [
      ...(images && service.image !== undefined ? [`<b>Image:</b> ${escapeHtml(service.image)}`] : []),
      ...(networks ? labelled('Networks', Object.keys(service.networks ?? {})) : []),
      ...(ports ? labelled('Ports', portsOf(service)) : []),
    ]
    const label = [`<font point-size="15">${escapeHtml(service.name)}</font>`, ...details].join('<br/>')
    return `${indentation}${quote(service.name)} [style="filled" label=<${label}>]`
  })
  const edges = services.flatMap((service) => {
    const others = Object.keys(service.depends_on ?? {}).sort()
    return others.length === 0 ? [] : [`${indentation}${quote(service.name)} -> {${others.map(quote).join(' ')}}`]
  })
  return [`digraph ${quote(project.name)} {`, `${indentation}layout=dot;`, ...nodes, '', ...edges, '}', ''].join('\n')
}

function labelled(title: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [] : [`<b>${title}:</b>`, ...values.map(escapeHtml)]
}

function portsOf({ ports }: Service): readonly string[] {
  return (ports ?? []).map(({ published, target, protocol, host_ip }) => {
    const host = published === undefined ? '' : `${host_ip === undefined ? '' : `${host_ip}:`}${published}:`
    return `${host}${target}/${protocol ?? 'tcp'}`
  })
}

const quote = (text: string): string => `"${text.replaceAll('"', '\\"')}"`

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escapeHtml = (text: string): string => text.replaceAll(/[&<>]/g, (character) => entities[character] ?? '')
