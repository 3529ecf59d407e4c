// docs/configuration.md has every key, with its default and its reason, from the schema; and its examples load.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { ConfigError } from '../../gateway/config/config-error.ts'
import { readEnvironment } from '../../gateway/config/environment.ts'
import { readSettings } from '../../gateway/config/schema.ts'
import { BUILT_IN_RULES } from '../../gateway/core/channel-rules.ts'
import { withTables } from '../../scripts/configuration-reference.ts'

const ROOT = join(import.meta.dirname, '../..')
const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8')

interface Row {
  readonly key: string
  /** As written: `–`, `required`, empty for a group, or YAML. */
  readonly standard: string
  readonly why: string
}

const rows: readonly Row[] = Array.from(
  page.matchAll(/^\| `([a-zA-Z.[\]]+)` \| (.*?) ?\| (.+) \|$/gm),
  ([, key, standard, why]) => ({ key: key!, standard: standard!.replaceAll('`', ''), why: why! }),
)

/** Items of lists need their required keys before any other is looked at. */
const NEIGHBOURS: Record<string, object> = {
  'channels[]': { match: 'docs' },
  'apiKeys[]': { name: 'docs', key: 'docs' },
  'operators[]': { user: 'docs' },
  'auth.hook': { url: 'http://127.0.0.1' },
  tls: { cert: 'cert.pem', key: 'key.pem' },
}

/** The settings with one key set: `log.maxBytes`, `channels[].history.age`. */
function settingsWith(key: string, value: unknown): unknown {
  const parts = key.split('.')
  return parts.reduceRight<unknown>((inner, part, index) => {
    const at = parts.slice(0, index).join('.')
    const isItem = part.endsWith('[]')
    return { ...NEIGHBOURS[at], [isItem ? part.slice(0, -2) : part]: isItem ? [inner] : inner }
  }, value)
}

/** The keys of the group at a path, as its own refusal of something else names them; none for a plain value. */
function keysAt(path: string): string[] {
  try {
    readSettings(path === '' ? 'no mapping' : settingsWith(path, 'no mapping'), '')
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const names = /a mapping with the keys (.*)\.$/.exec(error.message)?.[1]
    if (names === undefined || error.key !== path.replaceAll('[]', '[0]')) return []
    return names.split(', ').flatMap(name => {
      const key = path === '' ? name : `${path}.${name}`
      return [key, ...keysAt(key), ...keysAt(`${key}[]`)]
    })
  }
  return []
}

function read(key: string, value: unknown): unknown {
  return readSettings(settingsWith(key, value), '')
}

test('every key is in the tables once, and no other', () => {
  const known = keysAt('')
  expect(known.length).toBeGreaterThan(40)
  expect(known).toContain('channels[].history.age')
  expect(rows.map(row => row.key).sort()).toEqual([...known].sort())
})

test('the defaults are those of the schema', () => {
  const withDefault = rows.filter(({ standard }) => !['', '–', 'required'].includes(standard))
  expect(withDefault.length).toBeGreaterThan(20)
  for (const { key, standard } of withDefault) {
    expect(read(key, parse(standard)), key).toEqual(read(key, undefined))
  }
})

test('the tables are those that `npm run docs` makes', () => {
  // Each of them: with no reason left, all come back.
  const bare = page.replaceAll(/^(\| `[a-z][\w.[\]]*` \|.*\|) .+ \|$/gm, '$1 |')
  expect(bare.length).toBeLessThan(0.8 * page.length)
  expect(withTables(bare)).toBe(page)
})

test('every environment variable is in the table', () => {
  const named = Array.from(page.matchAll(/^\| `(TWINWIRE_\w+)`/gm), match => match[1]!)
  const known = [...Object.keys(readEnvironment({})), 'TWINWIRE_CONFIG']
  expect(named.sort()).toEqual(known.sort())
})

const examples = Array.from(page.matchAll(/^```yaml\n(.*?)^```$/gms), match => match[1]!)

test('the examples load', () => {
  expect(examples.length).toBeGreaterThan(2)
  for (const example of examples) readSettings(parse(example), '')
})

test('the built-in rules are written as they are', () => {
  const example = examples.find(text => text.startsWith('channels:'))!
  const rules = readSettings(parse(example), '').channels.map(({ history, ...rule }) => ({
    ...rule,
    history: history && { messages: history.messages, ageMs: history.age },
  }))
  expect(rules).toEqual(BUILT_IN_RULES)
})
