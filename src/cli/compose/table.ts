export interface TableOptions {
  /** Narrowest column, padding included. */
  readonly minimum: number
  /** Blanks after the longest cell. */
  readonly padding: number
}

/** Rows under titles, columns aligned; the last column is not padded. Ends with a newline. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  { minimum, padding }: TableOptions = { minimum: 10, padding: 3 },
): string {
  const all = [titles, ...rows]
  const widths = titles.map((_, column) => Math.max(minimum, ...all.map((row) => [...(row[column] ?? '')].length + padding)))
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))).join('')
  return all.map((row) => `${line(row)}\n`).join('')
}
