/** Media types of a compose project in a registry, as docker compose writes and reads them. */
export const artifactTypes = {
  project: 'application/vnd.docker.compose.project',
  emptyConfig: 'application/vnd.oci.empty.v1+json',
  /** Where the registry knows no artifact types (OCI 1.0), the config tells. */
  oldConfig: 'application/vnd.docker.compose.config.empty.v1+json',
  composeFile: 'application/vnd.docker.compose.file+yaml',
  envFile: 'application/vnd.docker.compose.envfile',
} as const
