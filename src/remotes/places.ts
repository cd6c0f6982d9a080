/** The engine's configuration: its registry mirrors and insecure registries count for compose files too. */
export const configPath = '/etc/tscompose/engine.json'
