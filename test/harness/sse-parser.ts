// Reads the event stream format, as the HTML standard says, from bytes. Knows no HTTP.

export interface SseEvent {
  /** The event's name; `message` for unnamed ones. */
  name: string
  data: string
  /** The `id:` that stood in this event itself, not the inherited one. */
  id: string | null
  /** How many `data:` lines it had. */
  lines: number
}

export class SseParser {
  /** Every byte so far, as text, for tests that look at the bytes. */
  text = ''
  retryMs: number | null = null
  readonly #onEvent: (event: SseEvent) => void
  readonly #keepsText: boolean
  readonly #decoder = new TextDecoder()
  #rest = ''
  #event: SseEvent = { name: '', data: '', id: null, lines: 0 }

  /** `keepsText: false`, for streams that are longer than memory. */
  constructor(onEvent: (event: SseEvent) => void, keepsText = true) {
    this.#onEvent = onEvent
    this.#keepsText = keepsText
  }

  feed(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true })
    if (this.#keepsText) this.text += text
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop()!
    for (const line of lines) this.#line(line)
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch()
      return
    }
    if (line.startsWith(':')) return
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#event.name = value
    else if (field === 'data') {
      this.#event.data += this.#event.lines++ === 0 ? value : `\n${value}`
    } else if (field === 'id' && !value.includes('\0')) this.#event.id = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value)
  }

  #dispatch(): void {
    const event = this.#event
    this.#event = { name: '', data: '', id: null, lines: 0 }
    if (event.lines > 0) this.#onEvent({ ...event, name: event.name || 'message' })
  }
}
