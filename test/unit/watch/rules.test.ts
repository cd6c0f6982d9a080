import { describe, expect, it } from 'vitest'
import type { WatchRule } from '../../../src/project/model.ts'
import { planActions, ruleMatches } from '../../../src/watch/rules.ts'

const sync: WatchRule = { path: '/app/src', action: 'sync', target: '/srv', ignore: ['node_modules/', '**/*.log'] }

describe('watch rules', () => {
  it.each([
    ['/app/src/a.ts', true],
    ['/app/src', true],
    ['/app/other', false],
    ['/app/srcx/a.ts', false],
    ['/app/src/node_modules/x/y.js', false],
    ['/app/src/deep/down.log', false],
    ['/app/src/.git/HEAD', false],
    ['/app/src/a.ts~', false],
    ['/app/src/.a.ts.swp', false],
  ])('match %s: %s', (path, expected) => {
    expect(ruleMatches(sync, path)).toBe(expected)
  })

  it('take only what is included', () => {
    const only: WatchRule = { ...sync, include: ['**/*.ts'] }
    expect([ruleMatches(only, '/app/src/a/b.ts'), ruleMatches(only, '/app/src/a/b.css')]).toEqual([true, false])
  })

  it('all act when several match, each service once', () => {
    const rebuild: WatchRule = { path: '/app/package.json', action: 'rebuild' }
    const both: WatchRule = { path: '/app', action: 'sync+restart', target: '/w' }
    const rules = [sync, rebuild, both].map((rule) => ({ service: 'web', rule }))
    const changes = [
      { path: '/app/package.json', kind: 'written' as const },
      { path: '/app/src/a.ts', kind: 'removed' as const },
    ]
    expect(planActions(changes, rules)).toEqual({
      rebuild: ['web'],
      restart: ['web'],
      exec: [],
      sync: [
        { service: 'web', kind: 'removed', source: '/app/src/a.ts', target: '/srv/a.ts' },
        { service: 'web', kind: 'written', source: '/app/package.json', target: '/w/package.json' },
        { service: 'web', kind: 'removed', source: '/app/src/a.ts', target: '/w/src/a.ts' },
      ],
    })
  })
})
