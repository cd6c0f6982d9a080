import { TscomposeError } from '../../base/errors.ts'

/** `80`, `80/udp`, `8000-8002/tcp` as `port/protocol` each; of `8080:80` the container's side. Throws `invalid` INVALID_PORT. */
export function exposedPorts(text: string): readonly string[] {
  const match = /^(?:[^/]*:)?(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp)?)?$/i.exec(text)
  const first = Number(match?.[1] ?? 0)
  const last = Number(match?.[2] ?? match?.[1] ?? 0)
  if (match === null || last > 65535 || last < first)
    throw new TscomposeError('invalid', 'INVALID_PORT', `EXPOSE: ${JSON.stringify(text)} is not a port`, {
      hint: 'such as 80, 53/udp or 8000-8010',
    })
  const protocol = match[3]?.toLowerCase() ?? 'tcp'
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`)
}
