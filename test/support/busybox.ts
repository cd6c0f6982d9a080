import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sh } from './command.ts'

/** Name the fixture's image gets. */
export const busyboxImage = 'test/busybox:1'

/** Makes a root file system of the machine's static busybox below `directory` and returns its tar. */
export function busyboxTar(directory: string): string {
  const rootfs = join(directory, 'busybox-rootfs')
  for (const name of ['bin', 'etc', 'tmp', 'www', 'root', 'var/empty']) mkdirSync(join(rootfs, name), { recursive: true })
  const tar = join(directory, 'busybox.tar')
  sh(`
    cp "$(command -v busybox)" ${rootfs}/bin/busybox
    for name in $(${rootfs}/bin/busybox --list); do [ "$name" = busybox ] || ln -sf busybox ${rootfs}/bin/$name; done
    printf 'root:x:0:0:root:/root:/bin/sh\\nnobody:x:65534:65534:nobody:/var/empty:/bin/false\\n' >${rootfs}/etc/passwd
    printf 'root:x:0:\\nnogroup:x:65534:\\n' >${rootfs}/etc/group
    chmod 1777 ${rootfs}/tmp
    tar --numeric-owner --owner=0 --group=0 -C ${rootfs} -cf ${tar} .
  `)
  return tar
}
