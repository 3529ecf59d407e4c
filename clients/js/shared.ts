// One connection for all tabs of an origin: the tab that holds a lock connects, and all listen to it. Knows no protocol of
// the wire. Each tab makes its calls itself, by HTTP: they hold nothing open.
//
//   follower ──lock──> leader ──stolen, because it slept──> follower       any ──close──> closed

import type { ChannelOwner } from './channel.ts'
import type { ClientEvents, ConnectOptions, State, Twinwire } from './connect.ts'
import { Calls, Channel, callByHttp, connect, Listeners, Tokens, watchWorld, world } from './connect.ts'
import { Leader } from './shared-leader.ts'
import type { Note } from './shared-note.ts'
import { Seats } from './shared-seats.ts'
import type { Handler, SubscribeOptions } from './subscription.ts'

export interface SharedOptions extends Omit<ConnectOptions, 'sender' | 'keepCursor'> {
  /** Tabs share when they have the same name. Put the user in, so that one who signs out leaves the others' connection. */
  readonly name?: string
}

/** What a client can do, whoever holds the connection. */
export type SharedTwinwire = Pick<
  Twinwire,
  'state' | 'on' | 'subscribe' | 'publish' | 'history' | 'presence' | 'retry' | 'close'
>

/** How long a leader may be silent when it is asked, before its place is taken. */
const LEADER_ANSWER_MS = 3000

/** Like `connect`, with one connection for all tabs; where the browser cannot (it needs https), with one for each. */
export function connectShared(url: string | URL, options: SharedOptions = {}): SharedTwinwire {
  const able = 'BroadcastChannel' in globalThis && globalThis.navigator?.locks
  return able ? new Tab(new URL(url, world.location?.href), options) : connect(url, options)
}

/** A note and the tab that it comes from. */
interface Spoken {
  readonly from: string
  readonly note: Note
}

/** The part of a `BroadcastChannel` that is needed, whose types differ between browsers and Node. */
interface Air {
  onmessage: (event: { data: Spoken }) => void
  postMessage(spoken: Spoken): void
  close(): void
}

class Tab implements SharedTwinwire, ChannelOwner {
  readonly #id = String(Math.random()).slice(2)
  readonly #url: URL
  readonly #options: SharedOptions
  readonly #name: string
  readonly #calls: Calls
  readonly #listeners = new Listeners()
  readonly #seats: Seats
  readonly #air: Air
  /** Ends with the tab: its locks, and what it listens to. */
  readonly #abort = new AbortController()
  readonly #stopWatching: () => void
  #state: State = { name: 'connecting', attempt: 0 }
  #leader: Leader | undefined
  /** The tab that leads, as far as known. */
  #following: string | undefined
  #silence: ReturnType<typeof setTimeout> | undefined

  constructor(url: URL, options: SharedOptions) {
    this.#url = url
    this.#options = options
    this.#name = `twinwire ${url.href} ${options.name ?? ''}`
    this.#calls = new Calls(callByHttp(url, new Tokens(options)))
    this.#seats = new Seats({
      listeners: this.#listeners,
      calls: this.#calls,
      want: (channel, since) => this.#say({ kind: 'want', tab: this.#id, channel, since }),
    })
    this.#air = new BroadcastChannel(this.#name) as unknown as Air
    this.#air.onmessage = ({ data }) => this.#hear(data)
    // Held as long as the tab lives, however it ends: the leader waits for it.
    this.#hold(`${this.#name} ${this.#id}`, {}).catch(ignore)
    this.#queue(false)
    const doubt = (): void => this.#doubt()
    this.#stopWatching = watchWorld({ onWake: doubt, onDoubt: doubt })
    doubt()
  }

  get state(): State {
    return this.#state
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: (value: ClientEvents[Name]) => void): () => void {
    return this.#listeners.add(name, listener)
  }

  subscribe(channel: string, options: SubscribeOptions | Handler = {}, handler: Handler = ignore): Channel {
    if (typeof options === 'function') return this.subscribe(channel, {}, options)
    const leave = this.#seats.add(channel, options, handler)
    return new Channel(channel, this, () => {
      if (leave()) this.#say({ kind: 'drop', tab: this.#id, channel })
    })
  }

  publish: Calls['publish'] = (...given) => this.#calls.publish(...given)
  history: Calls['history'] = (...given) => this.#calls.history(...given)
  presence: Calls['presence'] = channel => this.#calls.presence(channel)

  retry(): void {
    this.#say({ kind: 'retry' })
  }

  close(): void {
    if (this.#abort.signal.aborted) return
    clearTimeout(this.#silence)
    this.#stopWatching()
    this.#seats.clear()
    this.#abort.abort()
    this.#leader?.close()
    this.#air.close()
    this.#enter({ name: 'closed' })
  }

  /** Waits for the lock and leads as long as it is held. */
  #queue(steal: boolean): void {
    this.#hold(this.#name, { steal }, () => this.#lead()).catch(() => {
      // Stolen: this tab has slept too long. It follows, and may lead again.
      this.#stepDown()
      if (!this.#abort.signal.aborted && !steal) this.#queue(false)
    })
  }

  #stepDown(): void {
    this.#leader?.close()
    this.#leader = undefined
  }

  /** Holds a lock until the tab closes. A lock that is stolen cannot be waited for with a signal as well. */
  async #hold(name: string, { steal = false }: { steal?: boolean }, begin = ignore): Promise<void> {
    const { signal } = this.#abort
    await navigator.locks.request(name, steal ? { steal } : { signal }, () => {
      if (signal.aborted) return
      begin()
      return new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
    })
  }

  #lead(): void {
    clearTimeout(this.#silence)
    const client = connect(this.#url, this.#options)
    this.#leader = new Leader(client, note => this.#say(note))
    const leader = this.#leader
    this.#say({ kind: 'lead' })
    leader.onTab = tab =>
      void navigator.locks
        .request(`${this.#name} ${tab}`, { signal: leader.signal }, () => leader.forget(tab))
        .catch(ignore)
  }

  /** Asks whether somebody leads; a leader that a browser has frozen still has the lock. */
  #doubt(): void {
    if (this.#leader || world.document?.visibilityState === 'hidden') return
    this.#say({ kind: 'ask' })
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#queue(true), LEADER_ANSWER_MS)
  }

  /** To all tabs; a browser's channel leaves out the one that speaks. */
  #say(note: Note): void {
    if (this.#abort.signal.aborted) return
    const spoken = { from: this.#id, note }
    this.#air.postMessage(spoken)
    this.#hear(spoken)
  }

  #hear({ from, note }: Spoken): void {
    if (this.#leader?.hear(note)) return
    if (note.kind === 'ask' || note.kind === 'want' || note.kind === 'drop' || note.kind === 'retry') return
    if (note.kind === 'lead') this.#following = from
    this.#following ??= from
    // A tab that wakes still says what it had to say before it knows that its place was taken.
    if (from !== this.#following) return
    if (from !== this.#id) this.#stepDown()
    clearTimeout(this.#silence)
    if (note.kind === 'lead') this.#seats.begin()
    else if (note.kind === 'at') this.#seats.at(note)
    else if (note.kind === 'message') this.#seats.message(note)
    else if (note.kind === 'event') this.#seats.event(note)
    else this.#enter(note.state)
  }

  #enter(state: State): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return
    this.#state = state
    this.#listeners.emit('state', state)
  }
}

function ignore(): void {}
