// Sorts what is too much for one turn of the event loop. Knows nothing of what it sorts.

/** Runs a piece of work when its turn has come. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Elements sorted in one turn: about a millisecond of comparing. */
const RUN_LENGTH = 2000

/** A stable sort into a new array; only the last merge, linear and cheap, takes all elements in one turn. */
export async function sortInTurns<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  inTurn: InTurn,
): Promise<T[]> {
  let runs: T[][] = []
  for (let at = 0; at < items.length; at += RUN_LENGTH) {
    runs.push(await inTurn(async () => items.slice(at, at + RUN_LENGTH).sort(compare)))
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let at = 0; at < runs.length; at += 2) {
      const [left, right] = [runs[at]!, runs[at + 1]]
      merged.push(right ? await inTurn(async () => merge(left, right, compare)) : left)
    }
    runs = merged
  }
  return runs[0] ?? []
}

function merge<T>(left: readonly T[], right: readonly T[], compare: (a: T, b: T) => number): T[] {
  const merged: T[] = []
  let at = 0
  for (const item of left) {
    while (at < right.length && compare(right[at]!, item) < 0) merged.push(right[at++]!)
    merged.push(item)
  }
  while (at < right.length) merged.push(right[at++]!)
  return merged
}
