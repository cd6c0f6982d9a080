import { expect, it } from 'vitest'
import { viz } from '../../../src/commands/viz.ts'
import { project } from '../converge/world.ts'

const yaml = `
services:
  web: { image: nginx, depends_on: [db, api], ports: ["8080:80"] }
  api: { image: "api:1", depends_on: [db] }
  db: { image: mariadb }
`

it('draws services and who depends on whom', () => {
  const text = viz(project(yaml), { images: true, networks: true, ports: true, indentation: '  ' })
  expect(text.split('\n')).toEqual([
    'digraph "demo" {',
    '  layout=dot;',
    expect.stringMatching(/^ {2}"api" \[style="filled" label=<<font point-size="15">api<\/font><br\/><b>Image:<\/b> api:1/),
    expect.stringMatching(/^ {2}"db" /),
    expect.stringMatching(/^ {2}"web" .*<b>Networks:<\/b><br\/>default<br\/><b>Ports:<\/b><br\/>8080:80\/tcp>\]$/),
    '',
    '  "api" -> {"db"}',
    '  "web" -> {"api" "db"}',
    '}',
    '',
  ])
})
