import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Where tests leave what a person may want to look at afterwards; git ignores it. */
const artefacts = resolve(import.meta.dirname, '../.artefacts')

const chromiumPath = '/usr/bin/chromium'

/** Why there is no browser to test with (a reason to skip): bin/setup --test installs it where the distribution has one. */
export function missingBrowser(): string | undefined {
  return existsSync(chromiumPath) ? undefined : `${chromiumPath} is not installed`
}

/** A page in the distribution's Chromium, without a window. */
export interface TestBrowser {
  readonly page: Page
  /** Answers with a status of 500 and above, as `status address`. */
  readonly failures: readonly string[]
  /** Keeps a picture of the page as `test/.artefacts/<name>.png`; returns how many colours it has (a blank page: one). */
  screenshot(name: string): Promise<number>
  close(): Promise<void>
}

/** Starts Chromium with the network of this process. */
export async function openBrowser(): Promise<TestBrowser> {
  // Chromium's own sandbox does not work for root.
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 } })
  page.setDefaultTimeout(60_000)
  const failures: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 500) failures.push(`${response.status()} ${response.url()}`)
  })
  return {
    page,
    failures,
    screenshot: async (name) => {
      const png = await page.screenshot()
      keepArtefact(`${name}.png`, png)
      return await countColours(browser, png)
    },
    close: () => browser.close(),
  }
}

/** Keeps a file in `test/.artefacts`. */
export function keepArtefact(name: string, content: string | Buffer): void {
  mkdirSync(artefacts, { recursive: true })
  writeFileSync(join(artefacts, name), content)
}

/** Chromium decodes its own picture; in a page of its own, where no rule of a site's forbids that. */
async function countColours(browser: Browser, png: Buffer): Promise<number> {
  const page = await browser.newPage()
  const colours: number = await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (letter) => letter.charCodeAt(0))
    const picture = await createImageBitmap(new Blob([bytes]))
    const drawing = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
    drawing.drawImage(picture, 0, 0)
    const pixels = drawing.getImageData(0, 0, picture.width, picture.height).data
    return new Set(new Uint32Array(pixels.buffer)).size
  })()`)
  await page.close()
  return colours
}
