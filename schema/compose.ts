import { amount, either, flag, list, mapOf, object, options, ref, type Schema, text, texts, whole } from './builders.ts'
import { service } from './service.ts'

/*
 * The compose file as a JSON Schema, written from the Compose Specification. `schema/generate.ts` makes
 * compose.schema.json (for editors), types.gen.ts and the validator of it.
 */

const external = (what: string): Schema => ({
  type: ['boolean', 'string', 'object'],
  description: `The ${what} exists already: it is looked up by name, never created or removed.`,
  properties: { name: text(`Name of the existing ${what}. Deprecated: write \`name\` beside \`external: true\`.`) },
  additionalProperties: false,
  patternProperties: { '^x-': {} },
})

const driverOptions = options('Options for the driver, as key and value.', ['string', 'number'])

const network = object(
  'A network services can join.',
  {
    name: text('Name in the engine, instead of `<project>_<key>`.'),
    driver: text('Kind of network; `bridge` unless written.'),
    driver_opts: driverOptions,
    ipam: object('How addresses are given out.', {
      driver: text('Address manager; `default` unless written.'),
      config: list(
        'Address pools.',
        object('One pool.', {
          subnet: text('Subnet in CIDR form.'),
          ip_range: text('Part of the subnet addresses are taken from, in CIDR form.'),
          gateway: text('Address of the gateway.'),
          aux_addresses: {
            type: 'object',
            description: 'Addresses kept for others: name and address.',
            patternProperties: { '^.+$': { type: 'string' } },
            additionalProperties: false,
          },
        }),
      ),
      options: {
        type: 'object',
        description: 'Options for the address manager.',
        patternProperties: { '^.+$': { type: 'string' } },
        additionalProperties: false,
      },
    }),
    external: external('network'),
    internal: flag('No way out of this network.'),
    enable_ipv4: flag('Give out IPv4 addresses.'),
    enable_ipv6: flag('Give out IPv6 addresses.'),
    attachable: flag('Containers outside the project may join.'),
    labels: ref('list_or_dict', 'Labels of the network.'),
  },
  { nullable: true },
)

const volume = object(
  'A named volume.',
  {
    name: text('Name in the engine, instead of `<project>_<key>`.'),
    driver: text('Volume driver; `local` unless written.'),
    driver_opts: driverOptions,
    external: external('volume'),
    labels: ref('list_or_dict', 'Labels of the volume.'),
  },
  { nullable: true },
)

const secret = object('Sensitive data services may be given as a file.', {
  name: text('Name in the engine.'),
  environment: text('Variable of the environment that holds the value.'),
  file: text('File that holds the value.'),
  external: { ...external('secret'), additionalProperties: true },
  labels: ref('list_or_dict', 'Labels of the secret.'),
  driver: text('Secret driver.'),
  driver_opts: driverOptions,
  template_driver: text('Driver that fills in templates.'),
})

const config = object('Configuration data services may be given as a file.', {
  name: text('Name in the engine.'),
  content: text('The content itself; variables are replaced.'),
  environment: text('Variable of the environment that holds the content.'),
  file: text('File that holds the content.'),
  external: { ...external('config'), additionalProperties: true },
  labels: ref('list_or_dict', 'Labels of the config.'),
  template_driver: text('Driver that fills in templates.'),
})

const definitions: Readonly<Record<string, Schema>> = {
  service,
  network,
  volume,
  secret,
  config,
  model: object(
    'A language model services may use.',
    {
      name: text('Name of the model.'),
      model: text('Reference of the model to run.'),
      context_size: { type: 'integer', description: 'Size of the context in tokens.' },
      runtime_flags: texts('Flags for the program that runs the model.'),
    },
    { required: ['model'] },
  ),
  include: {
    description: 'Other compose files that become part of this project.',
    oneOf: [
      text('Path of the compose file.'),
      object(
        'One sub-project.',
        {
          path: ref('string_or_list', 'Path of the compose file; several are merged.'),
          env_file: ref('string_or_list', 'Files with default values of variables for the included files.'),
          project_directory: text('Directory the relative paths of the included files start from.'),
        },
        { extensible: false },
      ),
    ],
  },
  healthcheck: object('How the engine finds out whether a container is well.', {
    disable: flag('No health check, not even the one of the image.'),
    test: either(
      'Command: text for a shell, or a list that begins with NONE, CMD or CMD-SHELL.',
      { type: 'string' },
      { type: 'array', items: { type: 'string' } },
    ),
    interval: text('Time between two checks, such as `30s`.'),
    timeout: text('Time after which a check has failed.'),
    retries: amount('Failures in a row that make a container unhealthy.'),
    start_period: text('Time after the start in which failures do not count.'),
    start_interval: text('Time between two checks in the start period.'),
  }),
  hook: object(
    'A command around the life of a container.',
    {
      command: ref('command', 'Command to run.'),
      user: text('User to run it as.'),
      privileged: flag('Run it with all privileges.'),
      working_dir: text('Directory to run it in.'),
      environment: ref('list_or_dict', 'Variables for it.'),
      image: text('pre_start only: image of the container it runs in.'),
      per_replica: flag('pre_start only: run it for every replica.'),
    },
    { required: ['command'] },
  ),
  device_requests: list('Devices asked for by what they can do.', {
    ...object('One request.', deviceRequest()),
    anyOf: [{ required: ['capabilities'] }, { required: ['driver'] }],
  }),
  gpus: either(
    'Graphics cards: `all`, or a list of requests.',
    { type: 'string', enum: ['all'] },
    { type: 'array', items: { type: 'object', properties: deviceRequest() } },
  ),
  env_file: either(
    'Files with variables.',
    { type: 'string' },
    {
      type: 'array',
      items: {
        oneOf: [
          { type: 'string' },
          object(
            'One file.',
            {
              path: text('Path of the file.'),
              format: text('`raw` takes every value as it stands, quotes and dollars included.'),
              required: flag('False: the file may be absent.'),
            },
            { required: ['path'], extensible: false },
          ),
        ],
      },
    },
  ),
  grants: list('Configs or secrets given to the container.', {
    oneOf: [
      { type: 'string' },
      object('One grant.', {
        source: text('Key of the config or secret.'),
        target: text('Path in the container.'),
        uid: text('Owner of the file.'),
        gid: text('Group of the file.'),
        mode: amount('Permissions, in octal.'),
      }),
    ],
  }),
  ulimits: {
    type: 'object',
    description: 'Resource limits of processes.',
    patternProperties: {
      '^[a-z]+$': {
        oneOf: [
          whole('Soft and hard limit at once.'),
          object('Both limits.', { hard: whole('Hard limit.'), soft: whole('Soft limit.') }, { required: ['soft', 'hard'] }),
        ],
      },
    },
  },
  extra_hosts: either(
    'Host names to add: `name=address` each, or a map.',
    {
      type: 'object',
      patternProperties: { '.+': { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] } },
      additionalProperties: false,
    },
    { type: 'array', items: { type: 'string' }, uniqueItems: true },
  ),
  command: { oneOf: [{ type: 'null' }, { type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  string_or_list: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  list_of_strings: { type: 'array', items: { type: 'string' }, uniqueItems: true },
  list_or_dict: {
    oneOf: [
      { type: 'object', patternProperties: { '.+': { type: ['string', 'number', 'boolean', 'null'] } }, additionalProperties: false },
      { type: 'array', items: { type: 'string' }, uniqueItems: true },
    ],
  },
}

function deviceRequest(): Record<string, Schema> {
  return {
    capabilities: ref('list_of_strings', 'What the device must be able to do.'),
    count: whole('How many; `all` for every one.'),
    device_ids: ref('list_of_strings', 'Which ones.'),
    driver: text('Driver of the device.'),
    options: ref('list_or_dict', 'Options for the driver.'),
  }
}

/** The whole schema. */
export const composeSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'compose.schema.json',
  title: 'Compose file',
  type: 'object',
  description: 'A Compose project: services with the networks, volumes, configs and secrets they use.',
  properties: {
    version: { type: 'string', description: 'Of no effect. Remove it.', deprecated: true },
    name: text('Name of the project.'),
    include: list('Other compose files that become part of this project.', ref('include')),
    services: mapOf('Services, by name.', ref('service')),
    models: mapOf('Language models, by name.', ref('model')),
    networks: mapOf('Networks, by name.', ref('network')),
    volumes: mapOf('Named volumes, by name.', ref('volume')),
    secrets: mapOf('Secrets, by name.', ref('secret')),
    configs: mapOf('Configs, by name.', ref('config')),
  },
  additionalProperties: false,
  patternProperties: { '^x-': {} },
  definitions,
}
