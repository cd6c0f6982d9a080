import { expect, it } from 'vitest'
import { credentialsFor } from '../../../../src/engine/build/base-image.ts'

const hub = { username: 'ada', password: 'hub' }
const own = { username: 'ada', password: 'own' }
const logins = { 'docker.io': hub, 'registry.example:5000': own, localhost: own }

it.each([
  ['nginx', hub],
  ['library/nginx:1.27', hub],
  ['docker.io/acme/app', hub],
  ['index.docker.io/acme/app', hub],
  ['registry.example:5000/acme/app@sha256:' + 'a'.repeat(64), own],
  ['localhost/app', own],
  ['registry.example/acme/app', undefined],
  ['constructor.example/app', undefined],
])('a build pulls its base %s with the login of its registry only', (reference, login) => {
  expect(credentialsFor(logins, reference)).toEqual(login)
})
