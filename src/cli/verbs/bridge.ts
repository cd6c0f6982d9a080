import { TscomposeError } from '../../base/errors.ts'
import { collect } from '../flags.ts'
import type { Verb, VerbEntry } from '../verb.ts'

/* Conversion to other models is done by images of Docker's that are fetched and run; there is no such thing here. */

const refuse = async (): Promise<number> => {
  throw new TscomposeError('unsupported', 'NO_BRIDGE', 'there are no transformations to other models here', {
    hint: 'give the canonical file to a converter: tscompose config > canonical.yaml; kompose -f canonical.yaml convert',
  })
}

const convert: Verb = {
  configure: (command) => {
    command
      .option('-o, --output <directory>', 'The output directory for the Kubernetes resources', 'out')
      .option('--templates <directory>', 'Directory containing transformation templates')
      .option('-t, --transformation <image>', 'Transformation to apply to compose model', collect, [])
  },
  run: refuse,
}

const transformations: readonly VerbEntry[] = [
  {
    name: 'create',
    summary: 'Create a new transformation',
    load: async () => ({
      verb: {
        configure: (command) => {
          command.usage('[OPTION] PATH').argument('<PATH>').option('-f, --from <image>', 'Existing transformation to copy')
        },
        run: refuse,
      },
    }),
  },
  {
    name: 'list',
    summary: 'List available transformations',
    aliases: ['ls'],
    load: async () => ({
      verb: {
        configure: (command) => {
          command
            .option('--format <format>', 'Format the output. Values: [table | json]', 'table')
            .option('-q, --quiet', 'Only display transformer names')
        },
        run: refuse,
      },
    }),
  },
]

/** Known, so that scripts are told what is missing here. */
export const verb: Verb = {
  dryRunBelow: true,
  configure: () => undefined,
  run: refuse,
  verbs: [
    {
      name: 'convert',
      summary: 'Convert compose files to Kubernetes manifests, Helm charts, or another model',
      load: async () => ({ verb: convert }),
    },
    {
      name: 'transformations',
      summary: 'Manage transformation images',
      load: async () => ({ verb: { dryRunBelow: true, configure: () => undefined, run: refuse, verbs: transformations } }),
    },
  ],
}
