import type { ImageDetails } from '../../engine/api.ts'

/** An image as `docker image inspect` shows it. */
export function dockerImage(image: ImageDetails): object {
  const { configFile } = image
  const { config } = image
  return {
    Id: image.id,
    RepoTags: image.tags,
    RepoDigests: image.digests,
    Parent: '',
    Comment: image.comment,
    Created: configFile.created ?? new Date(image.createdAt).toISOString(),
    DockerVersion: '',
    Author: image.author,
    Architecture: configFile.architecture,
    ...(configFile.variant === undefined ? {} : { Variant: configFile.variant }),
    Os: configFile.os,
    Size: image.size,
    GraphDriver: { Data: null, Name: 'overlay2' },
    RootFS: { Type: 'layers', Layers: configFile.rootfs.diff_ids },
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
    Config: {
      Cmd: config.Cmd ?? null,
      Entrypoint: config.Entrypoint ?? null,
      Env: config.Env ?? null,
      ...(config.ExposedPorts === undefined ? {} : { ExposedPorts: config.ExposedPorts }),
      ...(config.Healthcheck === undefined ? {} : { Healthcheck: config.Healthcheck }),
      Labels: config.Labels ?? null,
      OnBuild: config.OnBuild ?? null,
      ...(config.Shell === undefined ? {} : { Shell: config.Shell }),
      ...(config.StopSignal === undefined ? {} : { StopSignal: config.StopSignal }),
      User: config.User ?? '',
      Volumes: config.Volumes ?? null,
      WorkingDir: config.WorkingDir ?? '',
    },
  }
}
