import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepArtefact, missingBrowser, openBrowser, type TestBrowser } from '../support/browser.ts'
import { createCli } from '../support/cli.ts'
import { type Example, openExample, prepareExamples } from '../support/example.ts'
import { type RunningWatch, startWatch, until } from '../support/watch.ts'

const address = 'http://127.0.0.1:8081'
const editor = { name: 'editor', password: 'Correct horse 9 battery' }
const post = { title: 'The first frost', text: 'It came in the night and left the dahlias black.' }

const impossible = missingBrowser() ?? (await prepareExamples())

describe.skipIf(impossible !== undefined)(`WordPress in a browser${impossible === undefined ? '' : ` (${impossible})`}`, () => {
  let example: Example
  let browser: TestBrowser
  let watch: RunningWatch | undefined

  beforeAll(async () => {
    example = openExample('wordpress')
    await example.ok(['up', '-d', '--wait', '--build', '--quiet-build'])
    browser = await openBrowser()
  }, 900_000)
  afterAll(async () => {
    watch?.child.kill('SIGKILL')
    await browser?.close()
    await example.close()
    await createCli('/').run(['engine', 'stop'])
  })

  const edit = (file: string, from: string, to: string): void => {
    const path = join(example.directory, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  }

  it('installs from the wizard and lets the editor in', async () => {
    const { page } = browser
    await page.goto(`${address}/`)
    expect(page.url()).toBe(`${address}/wp-admin/install.php`)
    expect(await browser.screenshot('wordpress-1-wizard')).toBeGreaterThan(16)
    await page.getByLabel('Site Title').fill('Field notes')
    await page.getByLabel('Username').fill(editor.name)
    // Its script puts a password of its own there once the meter has loaded, if nothing was typed yet.
    await page.waitForFunction(`typeof zxcvbn === 'function'`)
    await page.locator('#pass1').fill(editor.password)
    await page.getByLabel('Your Email').fill('editor@example.test')
    await page.getByRole('button', { name: 'Install WordPress' }).click()
    await page.getByText('Success!').waitFor()
    await page.getByRole('link', { name: 'Log In' }).click()
    // The page moves the cursor a moment after it has loaded, and with it what is being typed.
    await page.waitForFunction(`document.activeElement?.id === 'user_login'`)
    await page.locator('#user_login').fill(editor.name)
    await page.locator('#user_pass').fill(editor.password)
    await page.getByRole('button', { name: 'Log In' }).click()
    await page.getByRole('heading', { name: 'Dashboard', exact: true }).waitFor()
  })

  it('publishes the first post, which the front page shows in our theme', async () => {
    const { page } = browser
    await page.goto(`${address}/wp-admin/post-new.php`)
    await page.getByRole('button', { name: 'Close dialog' }).click()
    await page.getByRole('textbox', { name: 'Add title' }).fill(post.title)
    await page.keyboard.press('Enter')
    await page.keyboard.type(post.text)
    expect(await browser.screenshot('wordpress-2-editor')).toBeGreaterThan(16)
    await page.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.getByRole('region', { name: 'Editor publish' }).getByRole('button', { name: 'Publish', exact: true }).click()
    await page.getByText('is now live').waitFor()
    await page.goto(`${address}/`)
    await page.getByRole('heading', { name: post.title }).waitFor()
    await page.getByText(post.text).waitFor()
    expect(await page.locator('.motto').textContent()).toBe('Written down before it is forgotten')
    expect(await browser.screenshot('wordpress-3-front-page')).toBeGreaterThan(16)
  })

  it('takes an upload in PHP and serves it from nginx, over the volume they share', async () => {
    const { page } = browser
    await page.goto(`${address}/wp-admin/media-new.php?browser-uploader`)
    await page
      .locator('#async-upload')
      .setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('from the browser\n') })
    await page.locator('#html-upload').click()
    await page.waitForURL(/upload\.php/)
    const year = new Date().getUTCFullYear()
    const month = String(new Date().getUTCMonth() + 1).padStart(2, '0')
    const answer = await page.request.get(`${address}/wp-content/uploads/${year}/${month}/note.txt`)
    expect(await answer.text()).toBe('from the browser\n')
  })

  it('shows an edited template and style sheet while watch runs, without a rebuild', async () => {
    const { page } = browser
    const images = await example.ok(['images', '-q'])
    watch = await startWatch(example)
    const started = performance.now()
    edit('theme/index.php', 'Written down before it is forgotten', 'Edited on the host')
    await until(async () => {
      await page.goto(`${address}/`)
      return (await page.locator('.motto').textContent()) === 'Edited on the host'
    })
    keepArtefact('wordpress-theme-edit-ms.txt', `${Math.round(performance.now() - started)}\n`)
    edit('theme/style.css', 'background: #fbfaf6', 'background: rgb(1, 2, 3)')
    await until(async () => {
      await page.reload()
      return (await page.evaluate('getComputedStyle(document.body).backgroundColor')) === 'rgb(1, 2, 3)'
    })
    expect(await browser.screenshot('wordpress-4-edited-theme')).toBeGreaterThan(16)
    expect(await watch.end()).toBe(130)
    expect(await example.ok(['images', '-q'])).toBe(images)
  })

  it('keeps what was written over down and up, until down -v', async () => {
    const { page } = browser
    await example.ok(['down'])
    await example.ok(['up', '-d', '--wait'])
    await page.goto(`${address}/`)
    await page.getByRole('heading', { name: post.title }).waitFor()
    expect(browser.failures).toEqual([])
    await example.ok(['down', '-v'])
    expect(await example.ok(['volumes', '-q'])).not.toContain('wordpress_')
  })
})
