// Sorts what is too much for one turn of the event loop. Knows nothing of what it sorts.

/** Runs a piece of work when its turn has come. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Elements sorted, and elements merged, in one turn: about a millisecond of comparing. */
const RUN_LENGTH = 2000
const MERGED = 10_000

/** A stable merge sort into a new array. */
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
      merged.push(right ? await mergeInTurns(left, right, compare, inTurn) : left)
    }
    runs = merged
  }
  return runs[0] ?? []
}

async function mergeInTurns<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  inTurn: InTurn,
): Promise<T[]> {
  const merged: T[] = []
  const length = left.length + right.length
  let fromLeft = 0
  while (merged.length < length) {
    await inTurn(async () => {
      const end = Math.min(merged.length + MERGED, length)
      while (merged.length < end) {
        const fromRight = merged.length - fromLeft
        const isRightNext =
          fromLeft === left.length ||
          (fromRight < right.length && compare(right[fromRight]!, left[fromLeft]!) < 0)
        merged.push(isRightNext ? right[fromRight]! : left[fromLeft++]!)
      }
    })
  }
  return merged
}
