/*
 * What turns a fresh debootstrap tree into a base image, as a shell script that runs with the tree as its root:
 * configuration for package tools in images, and everything away that only a machine needs.
 */

const files: readonly (readonly [path: string, content: string])[] = [
  // Services must not be started by package scripts: nothing supervises them in a build.
  ['/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n'],
  [
    '/etc/apt/apt.conf.d/90image',
    [
      '// Package lists and archives do not belong in image layers.',
      'Acquire::Languages "none";',
      'Acquire::GzipIndexes "true";',
      'APT::AutoRemove::SuggestsImportant "false";',
      'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };',
      'APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };',
      'Dir::Cache::pkgcache "";',
      'Dir::Cache::srcpkgcache "";',
      '',
    ].join('\n'),
  ],
  [
    '/etc/dpkg/dpkg.cfg.d/image',
    [
      '# Every package flushes its files to disk otherwise; a build that crashes is built again.',
      'force-unsafe-io',
      'path-exclude /usr/share/doc/*',
      'path-include /usr/share/doc/*/copyright',
      'path-exclude /usr/share/man/*',
      'path-exclude /usr/share/info/*',
      'path-exclude /usr/share/lintian/*',
      'path-exclude /usr/share/locale/*',
      'path-include /usr/share/locale/locale.alias',
      '',
    ].join('\n'),
  ],
]

const cleaning = `
find /usr/share/doc ! -type d ! -name copyright -exec rm -f {} +
find /usr/share/doc -depth -type d -exec rmdir {} + 2>/dev/null
rm -rf /usr/share/man/* /usr/share/info/* /usr/share/lintian/* /usr/share/locale/*
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig/* /var/lib/dpkg/*-old /var/log/* /debootstrap
mkdir -p /var/cache/apt/archives/partial /var/lib/apt/lists/partial /var/log/apt
rm -rf /dev/* /tmp/* /run/*
mkdir -p /run/lock
rm -f /etc/resolv.conf /etc/hostname
: > /etc/machine-id
exit 0
`

/** The script; `extra` are more files to write, such as the sources of packages. */
export function slimScript(extra: readonly (readonly [path: string, content: string])[]): string {
  const writes = [...files, ...extra].map(
    ([path, content]) => `mkdir -p "$(dirname ${quote(path)})" && printf %s ${quote(content)} > ${quote(path)} || exit 1`,
  )
  return ['set -u', 'rm -f /etc/apt/sources.list', ...writes, 'chmod 755 /usr/sbin/policy-rc.d', cleaning].join('\n')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
