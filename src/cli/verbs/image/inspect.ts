import type { Verb } from '../../verb.ts'
import { createInspectVerb } from '../inspect.ts'

export const verb: Verb = createInspectVerb('image')
