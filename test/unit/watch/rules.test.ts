import { describe, expect, it } from 'vitest'
import type { WatchRule } from '../../../src/project/model.ts'
import { planActions, quietTime, serviceRule } from '../../../src/watch/rules.ts'

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
    ['/app/src/sub/.git', false],
    ['/app/src/a.ts~', false],
    ['/app/src/.a.ts.swp', false],
    ['/app/src/4913', false],
    ['/app/src/.#lock', false],
    ['/app/src/#autosave#', false],
    ['/app/src/.idea/workspace.xml', false],
    ['/app/src/x-go-tmp-umask', false],
    ['/app/src/..data', true],
  ])('match %s: %s', (path, expected) => {
    expect(serviceRule('web', sync).matches(path)).toBe(expected)
  })

  it('take only what is included, whatever the ignore rules say of the rest', () => {
    const only = serviceRule('web', { ...sync, include: ['**/*.ts'], ignore: ['gen/'] })
    const verdicts = ['/app/src/a/b.ts', '/app/src/a/b.css', '/app/src/gen/b.ts'].map(only.matches)
    expect(verdicts).toEqual([true, false, false])
  })

  it('leave out what .dockerignore does, relative to the build context, with its exceptions', () => {
    const rule = serviceRule(
      'web',
      { path: '/app/src', action: 'rebuild' },
      { directory: '/app', lines: ['src/tmp', '*.md', '!src/tmp/keep'] },
    )
    const verdicts = ['/app/src/tmp/x', '/app/src/tmp/keep', '/app/src/README.md', '/app/src/x'].map(rule.matches)
    expect(verdicts).toEqual([false, true, true, true])
    expect(rule.prunes('/app/src/tmp')).toBe(false)
  })

  it('do not look into directories in which nothing can match', () => {
    const rule = serviceRule('web', sync)
    const verdicts = ['/app/src/node_modules', '/app/src/.git', '/app/src/lib', '/app/elsewhere'].map(rule.prunes)
    expect(verdicts).toEqual([true, true, false, true])
  })

  it('all act when several match, each service once, directories before their files', () => {
    const rebuild: WatchRule = { path: '/app/package.json', action: 'rebuild' }
    const both: WatchRule = { path: '/app', action: 'sync+restart', target: '/w' }
    const rules = [sync, rebuild, both].map((rule) => serviceRule('web', rule))
    expect(planActions(['/app/src/d/a.ts', '/app/package.json', '/app/src/d'], rules)).toEqual({
      rebuild: ['web'],
      restart: ['web'],
      exec: [],
      sync: [
        {
          service: 'web',
          paths: [
            { source: '/app/src/d', target: '/srv/d' },
            { source: '/app/src/d/a.ts', target: '/srv/d/a.ts' },
            { source: '/app/package.json', target: '/w/package.json' },
            { source: '/app/src/d', target: '/w/src/d' },
            { source: '/app/src/d/a.ts', target: '/w/src/d/a.ts' },
          ],
        },
      ],
    })
  })

  it('run a command once per rule and batch', () => {
    const exec: WatchRule = { path: '/app', action: 'sync+exec', target: '/w', exec: { command: ['reload'] } }
    expect(planActions(['/app/a', '/app/b'], [serviceRule('web', exec)]).exec).toEqual([{ service: 'web', hook: { command: ['reload'] } }])
  })

  it('wait longest for rebuilds, and not at all for what none of them wants', () => {
    const rules = [serviceRule('web', sync), serviceRule('web', { path: '/app/src/lock', action: 'rebuild' })]
    const [light = 0, heavy = 0, none] = ['/app/src/a', '/app/src/lock', '/app/src/x.log'].map((path) => quietTime(path, rules))
    expect([light > 0, heavy > light, none]).toEqual([true, true, 0])
  })
})
