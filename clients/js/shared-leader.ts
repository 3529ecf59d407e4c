// The tab that holds the connection: subscribes to what any tab wants, and tells all of them what comes. Knows no locks.

import type { Channel, Twinwire } from './connect.ts'
import type { EventName, Note } from './shared-note.ts'

interface Led {
  readonly subscription: Channel
  readonly tabs: Set<string>
  /** The last message, or where the subscription began. */
  cursor: string | undefined
  isLive: boolean
  hasPresence: boolean
}

const EVENTS: readonly EventName[] = ['gap', 'recovered', 'deleted', 'join', 'leave', 'presence', 'error']

export class Leader {
  /** Told of each tab that wants something, once. */
  onTab: (tab: string) => void = () => {}
  readonly #client: Twinwire
  readonly #say: (note: Note) => void
  readonly #led = new Map<string, Led>()
  readonly #tabs = new Set<string>()
  readonly #abort = new AbortController()

  constructor(client: Twinwire, say: (note: Note) => void) {
    this.#client = client
    this.#say = say
    client.on('state', state => {
      if (state.name !== 'open') for (const each of this.#led.values()) each.isLive = false
      if (!this.signal.aborted) say({ kind: 'state', state })
    })
    client.on('subscribed', ({ channel, cursor, presence }) => {
      const led = this.#led.get(channel)
      if (!led) return
      led.cursor ??= cursor
      led.hasPresence = presence === true
    })
    client.on('live', ({ channel }) => {
      const led = this.#led.get(channel)
      if (led) led.isLive = true
      this.#tell(channel)
    })
    client.on('message', message => {
      const led = this.#led.get(message.channel)
      say({ kind: 'message', message, after: led?.cursor })
      if (led && message.id !== undefined) led.cursor = message.id
    })
    for (const name of EVENTS) client.on(name, value => say({ kind: 'event', name, value }))
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Whether the note was for the tab that leads. */
  hear(note: Note): boolean {
    if (note.kind === 'ask') this.#say({ kind: 'state', state: this.#client.state })
    else if (note.kind === 'want') this.#want(note.tab, note.channel, note.since)
    else if (note.kind === 'drop') this.#drop(note.tab, note.channel)
    else if (note.kind === 'retry') this.#client.retry()
    else return false
    return true
  }

  /** A tab is gone. */
  forget(tab: string): void {
    this.#tabs.delete(tab)
    for (const channel of this.#led.keys()) this.#drop(tab, channel)
  }

  close(): void {
    this.#abort.abort()
    this.#client.close()
  }

  #want(tab: string, channel: string, since: string | undefined): void {
    if (!this.#tabs.has(tab)) this.onTab(tab)
    this.#tabs.add(tab)
    const known = this.#led.get(channel)
    known?.tabs.add(tab)
    if (known?.isLive) this.#tell(channel)
    if (known) return
    const subscription = this.#client.subscribe(channel, since === undefined ? {} : { since })
    const tabs = new Set([tab])
    this.#led.set(channel, { subscription, tabs, cursor: since, isLive: false, hasPresence: false })
  }

  #tell(channel: string): void {
    const led = this.#led.get(channel)
    if (led) this.#say({ kind: 'at', channel, cursor: led.cursor, hasPresence: led.hasPresence })
  }

  #drop(tab: string, channel: string): void {
    const led = this.#led.get(channel)
    if (!led?.tabs.delete(tab) || led.tabs.size > 0) return
    this.#led.delete(channel)
    led.subscription.unsubscribe()
  }
}
