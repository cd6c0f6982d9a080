import type { Project, Service } from '../../project/model.ts'
import { isTree, newTree, type Tree } from '../../project/tree.ts'
import { createDigestResolver } from '../../remotes/image-digest.ts'
import type { Invocation } from '../verb.ts'

/** The project with every image pinned to the digest its registry has for the tag now. */
export async function pinImages(project: Project, { signal, terminal }: Invocation): Promise<Project> {
  const pin = createDigestResolver({ signal, env: terminal.env })
  const pinned = await Promise.all(
    Object.entries(project.services).map(async ([name, service]): Promise<readonly [string, Service]> => {
      const { image } = service
      return [name, image === undefined || image === '' ? service : { ...service, image: await pin(image) }]
    }),
  )
  return { ...project, services: Object.fromEntries(pinned) }
}

/** The same for a tree whose variables were left alone; `lock` leaves nothing but the images. */
export async function pinModelImages(tree: Tree, { signal, terminal }: Invocation, { lock }: { readonly lock: boolean }): Promise<Tree> {
  const pin = createDigestResolver({ signal, env: terminal.env })
  const services = newTree()
  await Promise.all(
    Object.entries(isTree(tree.services) ? tree.services : {}).map(async ([name, service]) => {
      if (!isTree(service)) return
      const image = typeof service.image === 'string' && service.image !== '' ? { image: await pin(service.image) } : {}
      services[name] = Object.assign(newTree(), lock ? {} : service, image)
    }),
  )
  return Object.assign(newTree(), lock ? {} : tree, { services })
}
