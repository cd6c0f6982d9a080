/** One thing the engine needs of the host. */
export interface Finding {
  readonly name: string
  /** `lack`: the engine cannot work; `warning`: something will not. */
  readonly status: 'ok' | 'warning' | 'lack'
  readonly detail: string
  /** The command, or the deed, that mends it. */
  readonly fix?: string
}

export function ok(name: string, detail: string): Finding {
  return { name, status: 'ok', detail }
}

export function warning(name: string, detail: string, fix: string): Finding {
  return { name, status: 'warning', detail, fix }
}

export function lack(name: string, detail: string, fix: string): Finding {
  return { name, status: 'lack', detail, fix }
}

/** openat2 and pidfd_getfd came with Linux 5.6. */
export function kernelFinding(release: string): Finding {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10))
  const isNewEnough = major > 5 || (major === 5 && minor >= 6)
  return isNewEnough ? ok('kernel', release) : lack('kernel', `${release} is too old`, 'boot Linux 5.6 or newer')
}

/** A program of the distribution's, under its own package name. */
export function programFinding(name: string, found: { readonly path: string; readonly version: string } | undefined): Finding {
  if (found === undefined) return lack(name, 'not installed', `apt-get install ${name}`)
  const version = /\d+(\.\d+)+/.exec(found.version)?.[0] ?? 'unknown version'
  return ok(name, `${version} (${found.path})`)
}
