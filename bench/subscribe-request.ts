// The requests that turn a raw socket into a subscriber. Knows no server.

/** Asks for a WebSocket (RFC 6455); the key is the RFC's own, for nobody checks the answer to it. */
export function upgradeRequest(path: string): string {
  return requestText(path, [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ])
}

/** Asks for an event stream. */
export function eventStreamRequest(path: string): string {
  return requestText(path, ['Accept: text/event-stream'])
}

function requestText(path: string, headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n')
}
