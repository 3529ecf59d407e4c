// Reads Prometheus' text format (0.0.4) as strictly as its own checker does. Knows no metrics.

export interface Family {
  type: string
  help: string
  /** By name and labels as written: `a_total{code="x"}`. */
  samples: Map<string, number>
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const SAMPLE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (\\S+)$`)
const VALUE = /^([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]Inf|NaN)$/

/** The families by name; throws at the first line that the format does not allow. */
export function parseMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.')
  const families = new Map<string, Family>()
  let current = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line)
    if (comment) {
      const [, kind, name, rest] = comment
      if (kind === 'HELP' && families.has(name!)) throw new Error(`${name} is there twice.`)
      const family = families.get(name!) ?? { type: '', help: '', samples: new Map() }
      if (kind === 'TYPE' && family.samples.size > 0) throw new Error(`The type of ${name} comes too late.`)
      families.set(name!, { ...family, [kind === 'HELP' ? 'help' : 'type']: rest })
      current = name!
      continue
    }
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    if (name === undefined || !VALUE.test(value!)) throw new Error(`No sample: ${line}`)
    const family = families.get(current)
    const isOwn = name === current || (family?.type === 'histogram' && name.startsWith(`${current}_`))
    if (!family || !isOwn) throw new Error(`A sample of ${name} among those of ${current}.`)
    if (family.samples.has(name + labels)) throw new Error(`${name}${labels} is there twice.`)
    family.samples.set(name + labels, Number(value!.replace('Inf', 'Infinity')))
  }
  return families
}

/** Everything in one map, by name and labels. */
export function samplesOf(text: string): Map<string, number> {
  return new Map([...parseMetrics(text).values()].flatMap(({ samples }) => [...samples]))
}
