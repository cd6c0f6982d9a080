import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { busyboxImage, busyboxTar } from './busybox.ts'
import { type Cli, createCli } from './cli.ts'

/** A directory with a compose project and the command line in it. */
export interface TestProject extends Cli {
  readonly name: string
  readonly directory: string
  write(file: string, content: string): void
  /** Takes the project down and deletes the directory. */
  close(): Promise<void>
}

/** Writes `compose.yaml`; the project is called `name`, so that its containers are `name-service-1`. */
export function createProject(name: string, compose: string): TestProject {
  const directory = join(mkdtempSync(join(tmpdir(), 'tscompose-e2e-')), name)
  mkdirSync(directory)
  const write: TestProject['write'] = (file, content) => {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), content)
  }
  write('compose.yaml', compose)
  const cli = createCli(directory)
  return {
    ...cli,
    name,
    directory,
    write,
    close: async () => {
      await cli.run(['-p', name, 'down', '-v', '-t', '0', '--remove-orphans'])
      rmSync(dirname(directory), { recursive: true, force: true })
    },
  }
}

/** Gives the engine the image the scenarios run: the machine's static busybox. */
export async function importBusybox(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tscompose-busybox-'))
  await createCli(directory).ok(['image', 'import', '-c', 'CMD ["sh"]', busyboxTar(directory), busyboxImage])
  rmSync(directory, { recursive: true, force: true })
}
