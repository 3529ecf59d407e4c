// Delta debugging: the shortest part of a list that still shows what the whole list showed. Knows no events.

export interface ShrinkOptions<T> {
  /** Whether a list still shows it. */
  readonly shows: (list: readonly T[]) => Promise<boolean>
  /** Smaller forms of one item, the smallest first. */
  readonly smaller: (item: T) => readonly T[]
  /** Called after each success. */
  readonly onShorter?: (list: readonly T[]) => void
  /** No further try once this is true. */
  readonly isOver: () => boolean
}

/** Takes parts away, halves first, then makes what is left smaller; a list that is tried is never tried twice as long. */
export async function shrink<T>(list: readonly T[], options: ShrinkOptions<T>): Promise<readonly T[]> {
  let best = list
  for (let before = -1; before !== weigh(best) && !options.isOver(); ) {
    before = weigh(best)
    best = await removeParts(best, options)
    best = await makeSmaller(best, options)
  }
  return best
}

async function removeParts<T>(list: readonly T[], options: ShrinkOptions<T>): Promise<readonly T[]> {
  let best = list
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    // From the end: what comes later depends on what came before.
    for (let end = best.length; end > 0 && !options.isOver(); end -= size) {
      const without = best.toSpliced(Math.max(0, end - size), Math.min(size, end))
      if (!(await options.shows(without))) continue
      best = without
      options.onShorter?.(best)
    }
  }
  return best
}

async function makeSmaller<T>(list: readonly T[], options: ShrinkOptions<T>): Promise<readonly T[]> {
  let best = list
  for (let at = 0; at < best.length; at += 1) {
    for (let isSmaller = true; isSmaller; ) {
      isSmaller = false
      for (const item of options.smaller(best[at]!)) {
        if (options.isOver()) return best
        const tried = best.with(at, item)
        if (!(await options.shows(tried))) continue
        best = tried
        options.onShorter?.(best)
        isSmaller = true
        break
      }
    }
  }
  return best
}

function weigh(list: readonly unknown[]): number {
  return JSON.stringify(list).length
}
