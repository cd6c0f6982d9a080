import { projectOf, serviceOf } from '../../converge/labels.ts'
import type { ContainerSummary } from '../../engine/api.ts'
import { humanDuration } from './durations.ts'
import { displayPorts } from './ports.ts'
import type { TemplateRow } from './template.ts'

export interface RowOptions {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly truncate: boolean
}

const titles = {
  ID: 'CONTAINER ID',
  Name: 'NAME',
  Names: 'NAMES',
  Image: 'IMAGE',
  Command: 'COMMAND',
  Service: 'SERVICE',
  RunningFor: 'CREATED',
  Status: 'STATUS',
  Ports: 'PORTS',
} as const

export const containerTitles: Readonly<Record<string, string>> = titles

/** The columns of the `ps` table. */
export const containerColumns = ['Name', 'Image', 'Command', 'Service', 'RunningFor', 'Status', 'Ports'] as const

/** A container with the keys, and in the order, of docker compose's `ps --format json`. */
export function containerRow(container: ContainerSummary, { now, truncate }: RowOptions): TemplateRow {
  const { state } = container
  return {
    Command: quotedCommand(container.command, truncate),
    CreatedAt: createdAt(container.createdAt),
    ExitCode: state.exitCode,
    Health: state.health === 'none' ? '' : state.health,
    ID: truncate ? container.id.slice(0, 12) : container.id,
    Image: container.image,
    Labels: Object.entries(container.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    LocalVolumes: String(container.mounts.filter(({ type }) => type === 'volume').length),
    Mounts: container.mounts.map((mount) => ellipsis(mount.name === '' ? mount.source : mount.name, truncate ? 15 : Infinity)).join(','),
    Name: container.name,
    Names: container.name,
    Networks: container.networks.map(({ network }) => network).join(',') || container.networkMode,
    Ports: displayPorts(shownPorts(container)),
    Project: projectOf(container),
    Publishers: publishers(container),
    RunningFor: `${humanDuration(now - container.createdAt)} ago`,
    Service: serviceOf(container),
    Size: '0B',
    State: state.status,
    Status: statusText(container, now),
  }
}

/** `Up 2 minutes (healthy)`, `Exited (3) 1 second ago`. */
export function statusText({ state }: Pick<ContainerSummary, 'state'>, now: number): string {
  const since = (time: number): string => humanDuration(now - time)
  switch (state.status) {
    case 'running': {
      const health = state.health === 'none' ? '' : ` (${state.health === 'starting' ? 'health: starting' : state.health})`
      return `Up ${since(state.startedAt)}${health}`
    }
    case 'paused':
      return `Up ${since(state.startedAt)} (Paused)`
    case 'restarting':
      return `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`
    case 'exited':
      return `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`
    case 'created':
      return 'Created'
    case 'dead':
      return 'Dead'
    case 'removing':
      return 'Removal In Progress'
  }
}

/** A container that does not run holds no port. */
function shownPorts({ state, ports }: ContainerSummary): ContainerSummary['ports'] {
  return state.status === 'running' || state.status === 'paused' || state.status === 'restarting' ? ports : []
}

function publishers(container: ContainerSummary): readonly TemplateRow[] {
  const ports = [...shownPorts(container)].sort((a, b) => a.containerPort - b.containerPort)
  return ports.map(({ hostIp, containerPort, hostPort, protocol }) => ({
    URL: hostIp,
    TargetPort: containerPort,
    PublishedPort: hostPort,
    Protocol: protocol,
  }))
}

function quotedCommand(command: readonly string[], truncate: boolean): string {
  const text = command.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')
  return JSON.stringify(ellipsis(text, truncate ? 20 : Infinity))
}

function ellipsis(text: string, length: number): string {
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

/** `2026-11-22 14:59:58 +0000 UTC`. */
export function createdAt(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`
}
