import type { TestResult } from '../../commands/test.ts'

/** The result as JUnit XML: a test case for each job; the logs of what was tested stand in system-err. */
export function formatJunit(project: string, { jobs, logs }: TestResult): string {
  const failures = jobs.filter(({ exitCode }) => exitCode !== 0).length
  const seconds = jobs.reduce((longest, job) => Math.max(longest, job.seconds), 0)
  const cases = jobs.map(({ service, exitCode, seconds: time, output, failure }) => {
    const said = `      <system-out>${escapeXml(output.join('\n'))}</system-out>\n`
    const reason = failure ?? `exited with code ${exitCode}`
    const failed = exitCode === 0 ? '' : `      <failure message="${escapeXml(reason)}"></failure>\n`
    return `    <testcase classname="${escapeXml(project)}" name="${escapeXml(service)}" time="${time.toFixed(3)}">\n${failed}${said}    </testcase>\n`
  })
  const others = Object.entries(logs).flatMap(([service, lines]) => lines.map((line) => `${service} | ${line}`))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n',
    `  <testsuite name="${escapeXml(project)}" tests="${jobs.length}" failures="${failures}" errors="0" time="${seconds.toFixed(3)}">\n`,
    ...cases,
    others.length === 0 ? '' : `    <system-err>${escapeXml(others.join('\n'))}</system-err>\n`,
    '  </testsuite>\n</testsuites>\n',
  ].join('')
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as XML 1.0 may hold it: control characters, such as those of colours, have no way to be written. */
function escapeXml(text: string): string {
  const plain = [...text].filter((character) => character >= ' ' || character === '\n' || character === '\t').join('')
  return plain.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '')
}
