import { describe, expect, it } from 'vitest'
import { fillTemplate } from '../../../../src/commands/inspect/template.ts'

const container = {
  Name: '/web',
  State: { Pid: 7, Running: true, Error: '' },
  Config: { Labels: { 'a.b': 'c' }, Cmd: ['sh', '-c'] },
  NetworkSettings: { Networks: { front: { IPAddress: '10.0.0.2' }, back: { IPAddress: '10.1.0.2' } } },
  Mounts: [],
}
const fill = (template: string): string => fillTemplate(template, container)

describe('templates of inspect', () => {
  it.each([
    ['{{.State.Pid}} {{ .Name }}', '7 /web'],
    ['{{json .Config.Cmd}}', '["sh","-c"]'],
    ['{{index .Config.Labels "a.b"}} {{index .Config.Cmd 1}}', 'c -c'],
    ['{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', '10.0.0.2 10.1.0.2 '],
    [
      String.raw`{{range $name, $net := .NetworkSettings.Networks}}{{$name}}={{$net.IPAddress}}\n{{end}}`,
      'front=10.0.0.2\nback=10.1.0.2\n',
    ],
    ['{{range $word := .Config.Cmd}}<{{$word}}>{{end}}', '<sh><-c>'],
    ['{{range .Mounts}}{{.Source}}{{else}}none{{end}}', 'none'],
    ['{{if .State.Running}}up{{else}}down{{end}}{{if .State.Error}}!{{end}}', 'up'],
    ['{{range .Config.Cmd}}{{if $.State.Running}}{{.}},{{end}}{{end}}', 'sh,-c,'],
    ['{{len .Config.Cmd}} {{.Nope}}', '2 <no value>'],
  ])('%s gives %j', (template, expected) => {
    expect(fill(template)).toBe(expected)
  })

  it.each(['{{range .Mounts}}', '{{end}}', '{{.State | printf "%s"}}', '{{$nope}}', '{{template "x"}}'])('%s is refused', (template) => {
    expect(() => fill(template)).toThrow('--format does not understand')
  })
})
