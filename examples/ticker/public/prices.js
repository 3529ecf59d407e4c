// Prices over time, by symbol. Knows messages; no page and no gateway.

/** As long as the gateway keeps them (twinwire.yaml): nobody asks for older ones. */
const KEPT_MS = 10 * 60_000

export class Prices {
  /** By symbol, oldest first: `[time, price]`. */
  #series = new Map()
  oldest = Number.POSITIVE_INFINITY
  newest = Number.NEGATIVE_INFINITY

  get symbols() {
    return [...this.#series.keys()].sort()
  }

  add({ time, data: { symbol, price } }) {
    const series = this.#series.get(symbol) ?? []
    this.#series.set(symbol, series)
    series.push([time, price])
    this.newest = time
    this.oldest = Math.min(this.oldest, time)
    if (series[0][0] < time - 1.1 * KEPT_MS) this.#forget(time - KEPT_MS)
  }

  /** A page of the past, oldest first, that ends where the rest begins. */
  addOlder(messages) {
    const older = Map.groupBy(messages, message => message.data.symbol)
    for (const [symbol, page] of older) {
      const points = page.map(({ time, data }) => [time, data.price])
      this.#series.set(symbol, points.concat(this.#series.get(symbol) ?? []))
    }
    this.oldest = Math.min(this.oldest, messages[0]?.time ?? this.oldest)
  }

  /** What a symbol cost at a time: the last price until then. */
  at(symbol, time) {
    const series = this.#series.get(symbol)
    return series[this.#countUntil(series, time) - 1]?.[1]
  }

  /** The points of a symbol after one time, until another. */
  between(symbol, from, to) {
    const series = this.#series.get(symbol)
    return series.slice(this.#countUntil(series, from), this.#countUntil(series, to))
  }

  #countUntil(series, time) {
    let [low, high] = [0, series.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (series[middle][0] <= time) low = middle + 1
      else high = middle
    }
    return low
  }

  #forget(before) {
    for (const series of this.#series.values()) series.splice(0, this.#countUntil(series, before))
    this.oldest = before
  }
}
