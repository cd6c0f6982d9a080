// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of compose files look like this
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTemplate, substitute, variablesOf } from '../../../../src/project/load/template.ts'

const variables: Readonly<Record<string, string>> = { SET: 'v', EMPTY: '' }
const lookup = (name: string): string | undefined => (Object.hasOwn(variables, name) ? variables[name] : undefined)

describe('substitute', () => {
  test.each([
    ['$SET-${SET}', 'v-v'],
    ['${EMPTY:-d}${EMPTY-d}', 'd'],
    ['${UNSET:-${EMPTY:-${SET}x}y}', 'vxy'],
    ['${SET:+a}${EMPTY:+b}${EMPTY+c}', 'ac'],
    ['$$SET $${SET}', '$SET ${SET}'],
    ['$1 $ $', '$1 $ $'],
    ['${UNSET:-{}}', '{}'],
  ])('%s becomes %s', (text, expected) => {
    expect(substitute(text, { lookup })).toEqual({ text: expected })
  })

  test.each(['${}', '${1}', '${A', '${A b}', '${A!b}'])('%s is not a template', (text) => {
    expect(substitute(text, { lookup })).toMatchObject({ failure: { reason: 'syntax' } })
  })

  test('a missing required variable is named with the reason', () => {
    expect(substitute('${X:?set ${SET}}', { lookup })).toEqual({
      failure: { reason: 'required', variable: 'X', message: 'required variable X is missing a value: set v' },
    })
  })

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', ':', '-', '?', '+', 'A', '1', ' ') }), (text) => {
        substitute(text, { lookup })
      }),
    )
  })

  test('deep nesting is refused, not run into', () => {
    expect(substitute(`${'${A:-'.repeat(5000)}${'}'.repeat(5000)}`, { lookup })).toMatchObject({ failure: { reason: 'syntax' } })
  })
})

test('variables of a template are found with their defaults, nested ones too', () => {
  expect(variablesOf(parseTemplate('${A:-x${B:?b}}') ?? [])).toEqual([
    { name: 'A', required: false, defaultValue: 'x${B:?b}', alternateValue: '' },
    { name: 'B', required: true, defaultValue: '', alternateValue: '' },
  ])
})
