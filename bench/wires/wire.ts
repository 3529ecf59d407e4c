// How to talk to a server, in bytes. Types only.

export type Transport = 'websocket' | 'sse'

/** Where a server is. Plain data: it is handed to the load process. */
export interface Address {
  readonly server: 'twinwire' | 'nchan' | 'socket.io' | 'floor'
  readonly transport: Transport
  readonly port: number
  /** For servers that ask publishers who they are. */
  readonly apiKey: string
}

/** What a client sends to begin with, each part when the text before it has come. Nothing but messages follows the last. */
export type Opening = readonly { readonly send: string; readonly until: string }[]

/** What a client knows that comes back: all that it received, and the answer to the publish of the last message it has. */
export interface Memory {
  readonly received: string
  readonly answer: string
}

export interface Item {
  readonly channel: string
  /** JSON text. */
  readonly data: string
}

/** What of a client's bytes depends on the server. All text is ASCII. */
export interface Wire {
  subscribe(channel: string): Opening
  resume(channel: string, memory: Memory): Opening
  /** The whole HTTP request that publishes; more than one item only where the server takes them together. */
  publish(items: readonly Item[]): string
}
