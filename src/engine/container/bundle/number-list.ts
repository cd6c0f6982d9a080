/** More than any kernel has processors; what is written beyond is not worth its memory. */
const largest = 65_535

/** `0-2,5` as the kernel writes processors and memory nodes: 0, 1, 2, 5. Undefined where it is no such list. */
export function parseNumberList(text: string): readonly number[] | undefined {
  const numbers: number[] = []
  for (const part of text.trim().split(',')) {
    const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim()) ?? []
    if (first === undefined || Number(first) > Number(last) || Number(last) > largest) return undefined
    for (let number = Number(first); number <= Number(last); number++) numbers.push(number)
  }
  return numbers
}
