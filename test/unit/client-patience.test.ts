// No loop without a pause: a server that fails at every stage, a clock of our own, and the attempts counted. Also what wakes.

import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { ConnectOptions, Twinwire } from '../../clients/js/connect.ts'
import { connect } from '../../clients/js/connect.ts'
import { transition } from '../../clients/js/connection-state.ts'
import { Watchdog } from '../../clients/js/watchdog.ts'

const HOUR_MS = 3_600_000
/** At full jitter an hour of waits around 15 s, between which the shortest are a tenth. */
const MOST_ATTEMPTS = 1300

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const WELCOME = { type: 'welcome', connection: 'c', heartbeat: 25_000, protocol: 1 }

type Stage = (socket: FakeSocket) => void

class FakeSocket {
  static readonly OPEN = 1
  static attempts = 0
  static stage: Stage = () => {}
  readonly readyState = 1
  onmessage: (event: { data: string }) => void = () => {}
  onclose: (event: { code: number; reason: string }) => void = () => {}

  constructor() {
    FakeSocket.attempts += 1
    queueMicrotask(() => FakeSocket.stage(this))
  }

  say(frame: object): void {
    this.onmessage({ data: JSON.stringify(frame) })
  }

  cut(code = 1006): void {
    this.onclose({ code, reason: '' })
  }

  send(_text: string): void {}
  close(): void {}
}

const STAGES: Record<string, Stage> = {
  'refuses the socket': socket => socket.cut(),
  'says nothing': () => {},
  'ends right after welcome': socket => {
    socket.say(WELCOME)
    socket.cut()
  },
  'says goodbye at once': socket =>
    socket.say({ type: 'goodbye', code: 'unavailable', reason: 'later', reconnect: true, after: 0 }),
  'welcomes and says goodbye': socket => {
    socket.say(WELCOME)
    socket.say({ type: 'goodbye', code: 'timeout', reason: 'again', reconnect: true })
  },
  'ends every token': socket => {
    socket.say(WELCOME)
    socket.cut(4401)
  },
  'tells that every token is about to end': socket => {
    socket.say(WELCOME)
    socket.say({ type: 'expiring', at: 0 })
    socket.cut(4401)
  },
}

function startAgainst(stage: Stage, options: ConnectOptions): Twinwire {
  FakeSocket.attempts = 0
  FakeSocket.stage = stage
  vi.stubGlobal('WebSocket', FakeSocket)
  // The worst luck: every wait is the shortest there can be.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const client = connect('http://gateway', options)
  onTestFinished(() => client.close())
  client.subscribe('a')
  return client
}

for (const [name, stage] of Object.entries(STAGES)) {
  test(`a server that ${name} is asked again for ever, and never without a pause`, async () => {
    startAgainst(stage, { transport: 'websocket', getToken: () => 't' })
    await vi.advanceTimersByTimeAsync(1000)
    expect(FakeSocket.attempts).toBeLessThan(10)
    await vi.advanceTimersByTimeAsync(HOUR_MS)
    expect(FakeSocket.attempts).toBeGreaterThan(100)
    expect(FakeSocket.attempts).toBeLessThan(MOST_ATTEMPTS)
  })
}

test('tokens that cannot be had, or never come, are asked for again with a pause', async () => {
  for (const getToken of [() => Promise.reject(new Error('no')), () => new Promise<string>(() => {})]) {
    let asked = 0
    const client = startAgainst(() => {}, {
      getToken: () => {
        asked += 1
        return getToken()
      },
    })
    await vi.advanceTimersByTimeAsync(HOUR_MS)
    expect(asked).toBeGreaterThan(100)
    expect(asked).toBeLessThan(MOST_ATTEMPTS)
    client.close()
  }
})

test('tokens that are about to end as soon as they are there are renewed with a pause', async () => {
  let asked = 0
  const getToken = async () => {
    asked += 1
    // A loop without a pause would never come to its end.
    return asked < MOST_ATTEMPTS ? 't' : await new Promise<string>(() => {})
  }
  const expiring = { type: 'expiring', at: 0 }
  const stage: Stage = socket => {
    socket.send = () => socket.say(expiring)
    socket.say(WELCOME)
    socket.say(expiring)
  }
  startAgainst(stage, { transport: 'websocket', getToken })
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect(FakeSocket.attempts).toBe(1)
  expect(asked).toBeGreaterThan(100)
  expect(asked).toBeLessThan(MOST_ATTEMPTS)
})

test('an SSE server that fails in every way is asked with a pause', async () => {
  const answers = [
    () => new Response('', { status: 502 }),
    () => new Response('', { status: 200 }),
    () => new Response(`event: welcome\ndata: ${JSON.stringify(WELCOME)}\n\n`),
  ]
  for (const answer of answers) {
    let attempts = 0
    vi.stubGlobal('fetch', async () => {
      attempts += 1
      return answer()
    })
    const client = startAgainst(() => {}, { transport: 'sse' })
    await vi.advanceTimersByTimeAsync(HOUR_MS)
    expect(attempts).toBeGreaterThan(100)
    expect(attempts).toBeLessThan(MOST_ATTEMPTS)
    client.close()
  }
})

test('[S1] SSE: where no channel is asked for and nobody is known, the first subscription is waited for', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(url.search)
    return new Response('{"detail":"Name the channels."}', { status: 400 })
  })
  const client = connect('http://gateway', { transport: 'sse' })
  onTestFinished(() => client.close())
  const problems: unknown[] = []
  client.on('error', ({ message }) => problems.push(message))
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect([asked, client.state.name, problems]).toEqual([[''], 'connecting', []])
  // Somebody may have signed in meanwhile.
  client.retry()
  client.retry()
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect([asked, client.state.name, problems]).toEqual([['', ''], 'connecting', []])
  client.subscribe('a')
  await vi.advanceTimersByTimeAsync(0)
  expect([asked, client.state.name, problems]).toEqual([
    ['', '', '?channels=a'],
    'stopped',
    ['Name the channels.'],
  ])
})

test('a page that wakes every moment makes no loop, and cannot come before the gateway wants it', () => {
  const backoff = { firstMs: 1000, capMs: 30_000 }
  const loss = { code: 'unavailable', reason: '', reconnect: true, afterMs: 5000 } as const
  const lost = { name: 'lost', now: 0, random: 1, loss } as const
  const waiting = transition({ name: 'connecting', attempt: 3 }, lost, backoff)
  expect(waiting).toMatchObject({ name: 'waiting', until: 8000, notBefore: 5000 })
  expect(transition(waiting, { name: 'wake', now: 4999 }, backoff)).toBe(waiting)
  expect(transition(waiting, { name: 'wake', now: 5000 }, backoff)).toEqual({
    name: 'connecting',
    attempt: 4,
  })
  const open = { name: 'closed' } as const
  expect(transition(open, { name: 'wake', now: 0 }, backoff)).toBe(open)
})

/** A page whose events happen when the test says so. */
function standInPage() {
  const listeners = new Map<string, () => void>()
  const addEventListener = (name: string, listener: () => void) => listeners.set(name, listener)
  const document = { visibilityState: 'visible', addEventListener }
  vi.stubGlobal('addEventListener', addEventListener)
  vi.stubGlobal('document', document)
  vi.stubGlobal('localStorage', undefined)
  return { document, happens: (name: string) => listeners.get(name)?.() }
}

const COMES_BACK = ['online', 'pageshow', 'resume', 'visibilitychange']

test.each(COMES_BACK)('%s ends the wait, unless the page is in the background', async sign => {
  const page = standInPage()
  const client = startAgainst(socket => socket.cut(), { transport: 'websocket' })
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  vi.spyOn(Math, 'random').mockReturnValue(1)
  await vi.advanceTimersByTimeAsync(30_000)
  // The long wait that began in between, from its first second to its end.
  const { state } = client
  if (state.name !== 'waiting') throw new Error('It is not waiting.')
  vi.setSystemTime(state.notBefore)
  const before = FakeSocket.attempts
  page.document.visibilityState = 'hidden'
  page.happens(sign)
  expect(client.state.name).toBe('waiting')
  page.document.visibilityState = 'visible'
  page.happens(sign)
  expect(client.state.name).toBe('connecting')
  await vi.advanceTimersByTimeAsync(0)
  expect(FakeSocket.attempts).toBe(before + 1)
})

test.each([...COMES_BACK, 'offline'])('%s makes an open connection prove that it lives', async sign => {
  const page = standInPage()
  const sent: string[] = []
  const stage: Stage = socket => {
    socket.send = text => void sent.push(text)
    socket.say(WELCOME)
  }
  const client = startAgainst(stage, { transport: 'websocket' })
  await vi.advanceTimersByTimeAsync(2000)
  expect([client.state.name, sent.length]).toEqual(['open', 0])
  page.happens(sign)
  expect(sent).toEqual(['{"type":"ping"}'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(client.state).toMatchObject({ name: 'waiting', loss: { code: 'timeout' } })
})

function watch() {
  const told: string[] = []
  const dog = new Watchdog({
    beatMs: 10_000,
    ask: () => told.push('ask'),
    onDead: () => told.push('dead'),
  })
  onTestFinished(() => dog.stop())
  return { dog, told }
}

test('[S4] a silent beat is asked about, and no answer is the end', () => {
  const { dog, told } = watch()
  vi.advanceTimersByTime(11_000)
  dog.touch()
  vi.advanceTimersByTime(11_000)
  expect(told).toEqual([])
  vi.advanceTimersByTime(1000)
  expect(told).toEqual(['ask'])
  dog.touch()
  vi.advanceTimersByTime(11_000)
  expect(told).toEqual(['ask'])
  vi.advanceTimersByTime(11_000)
  expect(told).toEqual(['ask', 'ask', 'dead'])
})

test('after a sleep, in which timers stand still, the first look is enough; a doubt is a look at once', () => {
  const { dog, told } = watch()
  dog.doubt(true)
  expect(told).toEqual([])
  vi.setSystemTime(Date.now() + 2000)
  dog.doubt(false)
  expect(told).toEqual([])
  dog.doubt(true)
  dog.doubt(true)
  expect(told).toEqual(['ask'])
  vi.advanceTimersByTime(10_000)
  expect(told).toEqual(['ask', 'dead'])
})
