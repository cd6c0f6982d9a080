import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { caseNames, casesRoot, findOracle, runOracle } from './cases.ts'

/* node test/conformance/record.ts [NAME…]: writes expected.json of the cases from the real docker compose. */

const oracle = findOracle()
if (oracle === undefined) {
  console.error('docker compose 2.40 is not here: put it on PATH or in COMPOSE_ORACLE')
  process.exit(1)
}
const names = process.argv.length > 2 ? process.argv.slice(2) : caseNames()
for (const name of names) writeFileSync(join(casesRoot, name, 'expected.json'), `${JSON.stringify(runOracle(oracle, name), null, 1)}\n`)
console.log(`${names.length} recorded`)
