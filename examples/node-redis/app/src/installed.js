import { readFile } from 'node:fs/promises'

/** Versions of the packages that package.json names, as npm installed them. */
export async function installed() {
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'))
  const versions = await Promise.all(Object.keys(dependencies).map(async (name) => [name, await versionOf(name)]))
  return Object.fromEntries(versions)
}

async function versionOf(name) {
  return JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8')).version
}
