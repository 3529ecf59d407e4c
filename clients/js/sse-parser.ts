// Server-sent events out of text as it arrives, cut anywhere. Pure: knows no network and no frames.

export interface SseEvent {
  /** `message` unless named. */
  event: string
  data: string
  id: string | undefined
}

/** Feeds text in, calls back for each complete event. Comments and `retry:` are passed over: the client has its own backoff. */
export function createSseParser(onEvent: (event: SseEvent) => void): (text: string) => void {
  let rest = ''
  let event = ''
  let id: string | undefined
  let data: string[] = []

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) onEvent({ event: event || 'message', data: data.join('\n'), id })
      event = ''
      id = undefined
      data = []
      return
    }
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + (text[colon + 1] === ' ' ? 2 : 1))
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id') id = value
  }

  return text => {
    rest += text
    // A CR at the very end may be half of a CRLF: it waits for what follows.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const each of lines) line(each)
  }
}
