// A publish is answered the same way by the short door for backends and by the framework: by the byte. A query, which means
// nothing to this call, sends it through the framework. Knows the protocol only.

import { expect, test } from 'vitest'
import { API_KEY, startGateway } from '../harness/gateway.ts'
import { freshChannel } from '../harness/names.ts'
import { openRaw } from '../harness/raw-connection.ts'
import { type Scope, shared } from '../harness/scope.ts'

const gateway = shared(scope => startGateway(scope))

const CASES: [string, string, string?][] = [
  ['one message', '{"channel":"CHANNEL","data":{"n":1.10}}'],
  [
    'an array with what is wrong',
    '[{"channel":"CHANNEL","data":1},{"channel":"\\u00e4 b","data":2},{"data":3}]',
  ],
  ['several channels', '{"channels":["CHANNEL","CHANNEL2"],"data":null}'],
  ['a key in the headers', '{"channel":"CHANNEL","data":1}', 'Idempotency-Key: k\r\n'],
  ['an empty key in the headers', '{"channel":"CHANNEL","data":1}', 'Idempotency-Key:\r\n'],
  ['two keys that differ', '{"channel":"CHANNEL","data":1,"key":"a"}', 'Idempotency-Key: b\r\n'],
  ['broken JSON', '{"channel":'],
  ['what is no UTF-8', '{"channel":"CHANNEL","data":"\xff\xfe"}'],
  ['a member twice', '{"channel":"CHANNEL","channel":"CHANNEL","data":1}'],
  ["the gateway's own channel", '{"channel":"$stats","data":1}'],
  ['more than a message may have', `{"channel":"CHANNEL","data":"${'x'.repeat(70_000)}"}`],
  ['the end of the connection', '{"channel":"CHANNEL","data":1}', 'Connection: close\r\n'],
]

/** The whole answer, without what differs between any two, and without how long an idle connection is kept. */
async function ask(t: Scope, path: string, body: string, headers = '', version = '1.1'): Promise<string> {
  const raw = await openRaw(t, gateway().port)
  const start = `POST ${path} HTTP/${version}\r\nHost: a\r\nAuthorization: Bearer ${API_KEY}\r\n${headers}`
  raw.send(Buffer.from(`${start}Content-Length: ${body.length}\r\n\r\n${body}`, 'latin1'))
  const head = await raw.receives('\r\n\r\n')
  const bytes = Number(/content-length: (\d+)/i.exec(head)![1])
  const answer = await raw.receives(new RegExp(`\\r\\n\\r\\n[^]{${bytes}}$`))
  const [top = '', text = ''] = answer.split('\r\n\r\n')
  const lines = top
    .replace(/^(date|content-length): .*$/gim, '$1')
    .toLowerCase()
    .split('\r\n')
    .filter(line => !line.startsWith('keep-alive: '))
  return [lines[0], ...lines.slice(1).sort(), text.replaceAll(/("id":"\w+-)\d+/g, '$1n')].join('\n')
}

test.for(CASES)('[H1] both doors answer alike: %s', async ([, template, headers], t) => {
  const [short, long] = [freshChannel(), freshChannel()]
  const answers = [
    await ask(t, '/api/publish', template.replaceAll('CHANNEL', short), headers),
    await ask(t, '/api/publish?', template.replaceAll('CHANNEL', long), headers),
  ]
  expect(answers[0]!.replaceAll(short, 'CHANNEL')).toBe(answers[1]!.replaceAll(long, 'CHANNEL'))
})

test('[H1] both doors answer HTTP/1.0 alike', async t => {
  const [short, long] = ['/api/publish', '/api/publish?'].map(path =>
    ask(t, path, '{"channel":"public:old","data":1}', '', '1.0'),
  )
  expect(await short).toBe(await long)
})
