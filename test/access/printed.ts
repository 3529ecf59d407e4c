// The access table as docs/access.md shows it: cells that are alike are told once. Knows the oracle, no gateway.

import {
  CALLS,
  type Call,
  COOKIE_PLACES,
  CREDENTIALS,
  type Credential,
  HOOKED,
  KINDS,
  type Kind,
  PLACES,
  type Place,
} from './door.ts'
import { answerOf, OPERATIONS } from './operations.ts'
import { arrive, expected, STATUS, WHO } from './oracle.ts'

type Cells = readonly (readonly [name: string, text: string])[]

/** One text if all say the same; else each text with the names of those that say it. */
function condense(cells: Cells): string {
  const byText = new Map<string, string[]>()
  for (const [name, text] of cells) byText.set(text, [...(byText.get(text) ?? []), name])
  if (byText.size === 1) return cells[0]![1]
  return [...byText].map(([text, names]) => `${names.join(', ')}: ${text}`).join('<br>')
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const text = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [text(head), text(head.map(() => '---')), ...lines.map(text)].join('\n')
}

const WAYS: readonly (readonly [string, Call])[] = [
  ['WebSocket', 'ws connect'],
  ['SSE', 'sse connect'],
  ['reads', 'http history'],
  ['writes', 'http publish'],
]

function entry(credential: Credential, place: Place): string {
  if (place.includes('CSRF') && !credential.startsWith('session')) return '–'
  return condense(
    WAYS.map(([name, call]) => {
      const who = arrive(credential, place, call)
      if (who === 'origin') return [name, '403']
      if (typeof who === 'string') return [name, String(STATUS[who])]
      return [name, who.kind === 'anonymous' && !/nothing|nobody/.test(credential) ? 'as nobody' : '✓']
    }),
  )
}

/** Who is let in, from where. */
function arrivals(credentials: readonly Credential[], places: readonly Place[]): string {
  const lines = credentials.map(credential => [credential, ...places.map(place => entry(credential, place))])
  return table(['', ...places], lines)
}

const PEOPLE = CREDENTIALS.filter(credential => typeof WHO[credential] !== 'string')

const placeOf = (credential: Credential): Place =>
  credential.startsWith('session') ? 'cookie, own page' : 'header'

/** A cell's status: 2xx and frames of success are a tick, 4403 and a failure `forbidden` are 403. */
function statusOf(credential: Credential, kind: Kind, call: Call): string {
  const outcome = expected({ credential, place: placeOf(credential), kind, call })
  const code = Object.keys(STATUS).find(name => outcome.endsWith(name))
  return code === undefined ? '✓' : String(STATUS[code as keyof typeof STATUS])
}

/** What comes of calls, for every channel and everybody who is somebody. */
function outcomes(calls: Cells): string {
  const lines = (Object.keys(KINDS) as Kind[]).map(kind => [
    `${kind}: \`${KINDS[kind]}\``,
    ...PEOPLE.map(credential =>
      condense(calls.map(([name, call]) => [name, statusOf(credential, kind, call as Call)])),
    ),
  ])
  return table(['', ...PEOPLE], lines)
}

function operations(): string {
  const lines = OPERATIONS.map(operation => [
    `\`${operation.method} ${operation.path}\``,
    ...PEOPLE.map(credential => {
      const answer = answerOf(operation, credential)
      return answer === operation.answer ? '✓' : answer.slice(0, 3)
    }),
  ])
  return table(['', ...PEOPLE], lines)
}

const PUBLISHING: Cells = [
  ['WebSocket', 'ws publish'],
  ['subscribed there', 'ws publish, subscribed'],
  ['HTTP', 'http publish'],
]
const PRESENCE: Cells = [
  ['WebSocket', 'ws presence'],
  ['HTTP', 'http presence'],
]
const DELETING: Cells = [
  ['purge', 'http purge'],
  ['one message', 'http delete'],
]
const RECEIVING: Cells = CALLS.filter(
  call => ![...PUBLISHING, ...PRESENCE, ...DELETING].some(([, other]) => other === call),
).map(call => [call, call])

/** The tables of the page, by name. */
export const PRINTED: Readonly<Record<string, string>> = {
  arrivals: arrivals(CREDENTIALS, PLACES),
  hooked: arrivals(HOOKED, COOKIE_PLACES),
  receiving: outcomes(RECEIVING),
  presence: outcomes(PRESENCE),
  publishing: outcomes(PUBLISHING),
  deleting: outcomes(DELETING),
  operations: operations(),
}
