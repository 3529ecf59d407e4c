// Prometheus' text format, version 0.0.4. Knows no figures of the gateway.
//
// prom-client would keep counters of its own beside the gateway's, and count on the hot path what is counted there
// already; writing plain numbers down is all that is needed.

import type { Histogram } from '../core/histogram.ts'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

export class Exposition {
  readonly #lines: string[] = []

  /** What only grows; the name ends in `_total`. */
  counter(name: string, help: string, samples: readonly Sample[]): void {
    this.#family(name, 'counter', help, samples)
  }

  gauge(name: string, help: string, samples: readonly Sample[]): void {
    this.#family(name, 'gauge', help, samples)
  }

  histogram(name: string, help: string, histogram: Histogram): void {
    this.#head(name, 'histogram', help)
    const counts = histogram.cumulative()
    for (const [index, bound] of histogram.bounds.entries())
      this.#sample(`${name}_bucket`, { labels: { le: String(bound) }, value: counts[index]! })
    this.#sample(`${name}_bucket`, { labels: { le: '+Inf' }, value: histogram.count })
    this.#sample(`${name}_sum`, { value: histogram.sum })
    this.#sample(`${name}_count`, { value: histogram.count })
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  #family(name: string, type: string, help: string, samples: readonly Sample[]): void {
    this.#head(name, type, help)
    for (const sample of samples) this.#sample(name, sample)
  }

  #head(name: string, type: string, help: string): void {
    const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
    this.#lines.push(`# HELP ${name} ${escaped}`, `# TYPE ${name} ${type}`)
  }

  #sample(name: string, { labels = {}, value }: Sample): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
    this.#lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`)
  }
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** One sample, without labels. */
export function single(value: number): readonly Sample[] {
  return [{ value }]
}

/** A sample for each kind of a record; those named as known are there from the start, so that their first count shows. */
export function byKind(
  label: string,
  counts: Readonly<Partial<Record<string, number>>>,
  known: readonly string[] = [],
): readonly Sample[] {
  const kinds = new Set([...known, ...Object.keys(counts)])
  return [...kinds].map(kind => ({ labels: { [label]: kind }, value: counts[kind] ?? 0 }))
}
