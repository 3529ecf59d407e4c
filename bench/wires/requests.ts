// Requests and frames as a raw socket sends them. Knows no server.

/** Asks for a WebSocket (RFC 6455); the key is the RFC's own, for nobody checks the answer to it. */
export function upgradeRequest(path: string, more: readonly string[] = []): string {
  return requestText(path, [
    ...more,
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

/** A publish over a connection that is kept. */
export function postRequest(path: string, headers: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** A client's text frame as a binary string, masked with zeros; at most 65,535 bytes. */
export function clientFrame(text: string): string {
  const { length } = text
  const size = length < 126 ? [0x80 | length] : [0xfe, length >> 8, length & 0xff]
  return String.fromCharCode(0x81, ...size, 0, 0, 0, 0) + text
}

function requestText(path: string, headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n')
}
