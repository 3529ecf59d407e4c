// Random numbers that can be had again: the seed is printed, and taken from SEED when set. Knows no gateway.

/** Numbers in [0, 1). Run again with `SEED=<printed>` to repeat them. */
export function seededRandom(): () => number {
  const seed = chosenSeed()
  process.stdout.write(`seed ${seed}\n`)
  return randomFrom(seed)
}

/** SEED of the environment, or a new one. */
export function chosenSeed(): number {
  return Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32)) >>> 0
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
