import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepArtefact, missingBrowser, openBrowser, type TestBrowser } from '../support/browser.ts'
import { createCli } from '../support/cli.ts'
import { type Example, openExample, prepareExamples } from '../support/example.ts'
import { type RunningWatch, startWatch, until } from '../support/watch.ts'

const address = 'http://127.0.0.1:8083/'

const impossible = missingBrowser() ?? (await prepareExamples())

describe.skipIf(impossible !== undefined)(`Django in a browser${impossible === undefined ? '' : ` (${impossible})`}`, () => {
  let example: Example
  let browser: TestBrowser
  let watch: RunningWatch | undefined

  beforeAll(async () => {
    example = openExample('django')
    await example.ok(['up', '-d', '--wait', '--build', '--quiet-build'])
    browser = await openBrowser()
  }, 900_000)
  afterAll(async () => {
    watch?.child.kill('SIGKILL')
    await browser?.close()
    await example.close()
    await createCli('/').run(['engine', 'stop'])
  })

  const state = async (container: string, field: string): Promise<string> =>
    (await example.ok(['inspect', '--format', `{{.State.${field}}}`, container])).trim()

  /** Edits a file and reloads the page until it shows the new text; returns the milliseconds from the write to the text. */
  async function editUntilSeen(file: string, from: string, to: string): Promise<number> {
    const path = join(example.directory, file)
    const content = readFileSync(path, 'utf8')
    expect(content).toContain(from)
    const started = performance.now()
    writeFileSync(path, content.replace(from, to))
    await until(async () => {
      await browser.page.goto(address)
      return (await browser.page.content()).includes(to)
    })
    return Math.round(performance.now() - started)
  }

  it('has migrated the database once, before the server started', async () => {
    expect(await state('django-migrate-1', 'ExitCode')).toBe('0')
    expect(await state('django-migrate-1', 'Status')).toBe('exited')
    const log = await example.ok(['logs', '--no-log-prefix', 'migrate'])
    expect(log.match(/Applying guestbook.0001_initial... OK/g)).toHaveLength(1)
    const ended = Date.parse(await state('django-migrate-1', 'FinishedAt'))
    expect(Date.parse(await state('django-web-1', 'StartedAt'))).toBeGreaterThanOrEqual(ended)
    expect(await state('django-web-1', 'Health.Status')).toBe('healthy')
  })

  it('takes an entry from a form and shows it', async () => {
    const { page } = browser
    await page.goto(address)
    await page.getByText('Nobody was here yet.').waitFor()
    await page.getByLabel('Name').fill('Ada')
    await page.getByLabel('Text').fill('I was here before the engine <was>')
    await page.getByRole('button', { name: 'Write' }).click()
    await page.getByText('I was here before the engine <was>').waitFor()
    expect(await browser.screenshot('django-1-entry')).toBeGreaterThan(16)
  })

  it('shows an edited view and an edited template while watch runs, in the same container', async () => {
    watch = await startWatch(example)
    const started = await state('django-web-1', 'StartedAt')
    const view = await editUntilSeen('app/guestbook/views.py', 'Welcome, please leave a line.', 'Greetings from the edited view.')
    const template = await editUntilSeen('app/templates/guestbook.html', '<h1>Guestbook</h1>', '<h1>Guestbook, edited</h1>')
    keepArtefact('django-edit-ms.json', `${JSON.stringify({ view, template })}\n`)
    expect(await browser.page.getByRole('heading').textContent()).toBe('Guestbook, edited')
    expect(await browser.page.locator('.greeting').textContent()).toBe('Greetings from the edited view.')
    expect(await browser.screenshot('django-2-edited')).toBeGreaterThan(16)
    expect(await state('django-web-1', 'StartedAt')).toBe(started)
  })

  it('migrates again after a change of a model: made in the container, copied to the host, run by the job', async () => {
    const models = join(example.directory, 'app/guestbook/models.py')
    const field = 'text = models.CharField(max_length=200)'
    writeFileSync(
      models,
      readFileSync(models, 'utf8').replace(field, `${field}\n    mood = models.CharField(max_length=20, default="glad")`),
    )
    await until(async () => (await example.run(['exec', '-T', 'web', 'grep', '-q', 'mood', 'guestbook/models.py'])).exitCode === 0)
    await example.ok(['exec', '-T', 'web', 'python3', 'manage.py', 'makemigrations', 'guestbook', '--name', 'mood'])
    expect(await watch?.end()).toBe(130)
    await example.ok(['cp', 'web:/app/guestbook/migrations/.', 'app/guestbook/migrations'])
    await example.ok(['up', '-d', '--wait', '--build', '--quiet-build'])
    expect(await example.ok(['logs', '--no-log-prefix', 'migrate'])).toContain('Applying guestbook.0002_mood... OK')
    await browser.page.goto(address)
    expect(await browser.page.content()).toContain('I was here before the engine &lt;was&gt;')
  })

  it('keeps the entries over down and up, until down -v', async () => {
    const { page } = browser
    await example.ok(['down'])
    await example.ok(['up', '-d', '--wait'])
    expect(await example.ok(['logs', '--no-log-prefix', 'migrate'])).toContain('No migrations to apply')
    await page.goto(address)
    await page.getByText('I was here before the engine <was>').waitFor()
    expect(browser.failures).toEqual([])
    await example.ok(['down', '-v'])
    expect(await example.ok(['volumes', '-q'])).not.toContain('django_')
  })
})
