// The configuration's table: every key with its form, its default and the reason for it (protocol §9). Reads no files.

import { group, optional, type Reader, required, setting } from './fields.ts'
import { askedUrl, network, openChannel, origin, passedHeader, pattern, trusted, webUrl } from './names.ts'
import { parsePasswordHash } from './password-hash.ts'
import { duration, flag, integer, listOf, oneOf, secretList, secretText, size, text } from './readers.ts'

// A secret shorter than the hash (32 bytes) weakens HS256 (RFC 7518, section 3.2).
export const jwtSecret = secretText('a secret of 32 bytes or more', it => Buffer.byteLength(it) >= 32)
export const apiKey = secretText('1 to 512 printable ASCII characters without spaces', it =>
  /^[!-~]{1,512}$/.test(it),
)
export const password = secretText('a text that is not empty, in quotes', it => it !== '')
const passwordHash = secretText(
  'scrypt$N$r$p$salt$hash with N a power of two, salt and hash in base64url',
  it => parsePasswordHash(it) !== null,
)
export const logLevel = oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent')
const keyName = text('letters, digits, - and _, at most 64', it => /^[A-Za-z0-9_-]{1,64}$/.test(it))

const jwt = group({
  secret: optional(
    jwtSecret,
    'what your backend signs client tokens with (HS); generated if neither it nor a public key is given',
  ),
  previousSecret: optional(jwtSecret, 'accepted too, so that the secret can change while old tokens are out'),
  publicKey: optional(
    text(),
    'checks tokens signed with RS, PS, ES or EdDSA: the PEM text, or the file that holds it',
  ),
  jwksUrl: optional(askedUrl, 'where an identity provider shows its public keys'),
  issuer: optional(text(), 'when given, the only `iss` that is accepted'),
  audience: optional(text(), 'when given, `aud` must hold it'),
  requireExp: setting(flag, true, 'a token without an end can never be taken back'),
})

const hook = group({
  url: required(askedUrl, 'the URL that is asked about each connection'),
  secret: optional(
    jwtSecret,
    'signs the question, so that your backend knows who asks; generated if not given',
  ),
  timeout: setting(duration('10ms', '30s'), '2s', 'a slow backend must not hold connections open for long'),
  headers: setting(
    listOf(passedHeader),
    ['cookie', 'authorization'],
    'what carries the session of your application',
  ),
  concurrency: setting(
    integer(1, 1000),
    16,
    'questions at once: more than a page needs, fewer than a backend has workers',
  ),
  cache: setting(
    duration('0', '10m'),
    '5s',
    'several tabs that come back together are one question; 0 asks each time',
  ),
})

const auth = group({
  jwt: setting(jwt, {}, 'client tokens'),
  hook: optional(hook, 'asks your backend who a connection is'),
})

const key = group({
  name: required(keyName, 'the name by which logs and the dashboard call the key'),
  key: required(apiKey, 'the secret that backends send as Authorization: Bearer'),
  publish: setting(listOf(pattern), ['*'], 'a backend publishes anywhere unless it is held to some channels'),
  read: setting(flag, true, 'reading tells a backend nothing that it could not have published'),
  admin: setting(flag, false, 'purging and disconnecting belong to operators'),
  publishPerSecond: optional(integer(1, 1_000_000), 'messages a second; without it a backend has no rate'),
})

const admin = group({
  user: setting(text(), 'admin', 'one operator account'),
  password: optional(password, 'generated if neither it nor a hash is given'),
  passwordHash: optional(
    passwordHash,
    'instead of password, so that the file holds nothing to log in with; `twinwire hash-password` makes one',
  ),
})

const operator = group({
  user: required(text(), 'the name to sign in with'),
  password: optional(password, 'it or a hash has to be given'),
  passwordHash: optional(
    passwordHash,
    'instead of password, so that the file holds nothing to log in with; made like the one of admin',
  ),
  role: setting(
    oneOf('operator', 'viewer'),
    'viewer',
    'a viewer sees everything and changes nothing; who does is named an operator',
  ),
})

const audit = group({
  entries: setting(integer(100, 10_000_000), 100_000, 'years of a team, about 20 MB; the oldest go first'),
  age: setting(duration('1h', '3650d'), '365d', 'most questions about who did it come within a year'),
})

const events = group({
  entries: setting(
    integer(1000, 1_000_000),
    100_000,
    'what happened, about 20 MB; a quarter at most of one kind, the oldest go first',
  ),
  age: setting(duration('1h', '3650d'), '30d', 'looking further back than a month is what your logs are for'),
})

const history = group({
  messages: setting(integer(1, 10_000_000), 1000, 'a long page of chat, about 1 MB of small messages'),
  age: setting(duration('1s', '3650d'), '24h', 'covers a night with the laptop closed'),
  bytes: optional(size('1KiB', '1024GiB'), 'a bound of its own for a channel of large messages'),
})

/** `history: false` keeps nothing (rule C4). */
const historyOrNone: Reader<ReturnType<typeof history> | null> = Object.assign(
  (value: unknown, at: string) => (value === false ? null : history(value, at)),
  { ...history },
)

const channelRule = group({
  match: required(pattern, 'the channels that the rule is for, * standing for any characters'),
  subscribe: setting(oneOf('anyone', 'user', 'granted'), 'granted', 'nothing is open by accident'),
  publish: setting(
    oneOf('nobody', 'subscribers', 'user', 'granted'),
    'granted',
    'nothing is open by accident',
  ),
  history: setting(historyOrNone, {}, 'without history a reconnect loses what was sent meanwhile'),
  presence: setting(flag, false, 'telling who is there costs a message for each who comes and goes'),
  maxMessageBytes: optional(size('1', '8MiB'), 'a smaller bound than limits.messageBytes for these channels'),
})

const limits = group({
  connections: setting(integer(1, 1_000_000), 19_000, 'most systems give a process 20,000 open files'),
  connectionsPerAddress: setting(integer(1, 1_000_000), 1000, 'an office behind one address, not a flood'),
  connectRatePerAddress: setting(integer(1, 1_000_000), 200, 'a second: an office that reconnects at once'),
  commandsPerSecond: setting(
    integer(1, 1_000_000),
    50,
    'faster than people type, slower than a runaway loop',
  ),
  publishesPerSecond: setting(
    integer(1, 1_000_000),
    50,
    'messages of one client: as fast as its commands, unless each reaches so many that you want fewer',
  ),
  channelsPerConnection: setting(
    integer(1, 100_000),
    200,
    'bounds what one connection makes the log look up',
  ),
  messageBytes: setting(size('1', '8MiB'), '64KiB', 'a notification, not a file: send a link to those'),
  bodyBytes: setting(size('1', '32MiB'), '1MiB', 'one request; an array may be eight times as long'),
  receiveTimeout: setting(
    duration('100ms', '10m'),
    '30s',
    'a request or message that takes longer to arrive is held back on purpose',
  ),
})

/** Addresses and networks that may, and that may not. */
const addresses = group({
  allow: setting(listOf(network), [], 'when given, only these addresses and networks (CIDR)'),
  deny: setting(listOf(network), [], 'never these, also when allowed'),
})

/** Every key of the configuration file. */
export const readSettings = group({
  host: setting(text(), '127.0.0.1', 'only this machine, until you say otherwise'),
  port: setting(integer(0, 65_535), 8080, 'free to use without root; 0 picks a free one'),
  dataDir: setting(text(), './data', 'the log and the generated secrets, relative to the working directory'),
  durability: setting(
    oneOf('normal', 'full'),
    'normal',
    'survives kill -9; full survives power loss, slower',
  ),
  log: setting(
    group({ maxBytes: setting(size('1KiB', '1024GiB'), '2GiB', 'fits a small disk; the oldest go first') }),
    {},
    'the log of all messages',
  ),
  origins: setting(listOf(origin), [], 'web pages of other origins are turned away unless they stand here'),
  trustProxy: setting(
    trusted,
    false,
    'X-Forwarded-For can be forged unless a proxy of yours writes it; true trusts the one that connects, a list those in it',
  ),
  access: setting(
    group({
      api: setting(addresses, {}, 'the HTTP API and /metrics; what is not allowed is 403'),
      streams: setting(addresses, {}, 'WebSocket and SSE; what is not allowed is 403'),
    }),
    {},
    'from where the gateway may be used',
  ),
  auth: setting(auth, {}, 'who clients are'),
  apiKeys: optional(secretList(key), 'backends; one key called default is generated if none is given'),
  admin: setting(admin, {}, 'the operator of the dashboard'),
  operators: setting(
    secretList(operator),
    [],
    'more people who sign in to the dashboard, each as themselves',
  ),
  audit: setting(audit, {}, 'who did what: sign-ins, purges, disconnects, keys'),
  events: setting(events, {}, 'what happened: connects, disconnects, refusals, gaps, faults'),
  tls: optional(
    group({
      cert: required(text(), 'the file with the certificate and its chain, in PEM'),
      key: required(text(), 'the file with the private key, in PEM'),
    }),
    'serves https and wss directly, without a proxy in front',
  ),
  publicUrl: optional(webUrl, 'the address people use when a proxy stands in front, sub-path included'),
  channels: setting(listOf(channelRule), [], 'how channels behave; the first match counts'),
  everyone: setting(listOf(openChannel), [], 'channels that every connection is given, for announcements'),
  limits: setting(limits, {}, 'what one client may take'),
  websocket: setting(
    group({
      compression: setting(
        flag,
        false,
        'a third to a tenth of the bytes for clients that offer it; 20–40 µs of CPU for each message, however many receive it',
      ),
    }),
    {},
    'WebSockets',
  ),
  sse: setting(
    group({
      maxLifetime: setting(duration('100ms', '7d'), '1h', 'frees half-open peers; a resume is cheap'),
    }),
    {},
    'streams',
  ),
  heartbeat: setting(
    duration('50ms', '1h'),
    '25s',
    'below the 30 s after which the strictest proxies hang up',
  ),
  drain: setting(
    duration('0', '10m'),
    '5s',
    'spreads reconnects, within the 10 s that Docker waits for a stop',
  ),
  logLevel: setting(logLevel, 'info', 'starts, stops and failures, not every connection'),
})

export type Settings = ReturnType<typeof readSettings>
