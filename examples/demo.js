// Both transports side by side, as bare as a browser has them; shows frames and knows nothing else of the gateway.

import { createLane } from './lane.js'

const channel = new URLSearchParams(location.search).get('channel') ?? 'public:demo'
const query = `?channels=${encodeURIComponent(channel)}&history=20`

document.querySelector('#channel').textContent = channel
// What the publisher assumes need not be said.
const environment = location.origin === 'http://127.0.0.1:8080' ? '' : `TWINWIRE_URL=${location.origin} `
document.querySelector('#command').textContent =
  `${environment}php examples/php/publish.php --secrets data/secrets.json ${shellWord(channel)} '{"text": "Hello"}'`

startEventSource(createLane('eventsource', 'EventSource'))
startWebSocket(createLane('websocket', 'WebSocket'))

/** A text as one word of a shell: the channel comes from the address, which someone else may have written. */
function shellWord(text) {
  return /^[\w:./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** An EventSource comes back by itself and brings its last id along: there is nothing to do. */
function startEventSource(lane) {
  // Relative, so that the page works under a path of a proxy too.
  let source = open(new URL(`../sse${query}`, location.href))
  let lastId = null

  function open(address) {
    const opened = new EventSource(address)
    const show = event => {
      if (event.lastEventId) lastId = event.lastEventId
      lane.show(JSON.parse(event.data))
    }
    opened.onmessage = show
    for (const type of ['welcome', 'subscribed', 'gap', 'live', 'failure', 'goodbye', 'deleted']) {
      opened.addEventListener(type, show)
    }
    opened.onerror = () => lane.lost(opened.readyState === EventSource.CLOSED)
    return opened
  }

  lane.onCut(() => {
    source.close()
    lane.lost()
    const address = new URL(`../sse${query}`, location.href)
    if (lastId) address.searchParams.set('since', lastId)
    source = open(address)
  })
}

/** A WebSocket needs what an EventSource has built in: the last id, and coming back with it. */
function startWebSocket(lane) {
  // After these the gateway does not want us back: 4400 bad request … 4413 too large.
  const FINAL = new Set([4400, 4401, 4403, 4404, 4410, 4413, 1002, 1003, 1007, 1009])
  let lastId = null
  let after = null
  let socket = open()

  function open() {
    const address = new URL(`../ws${query}`, location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    if (lastId) address.searchParams.set('since', lastId)
    const opened = new WebSocket(address)
    opened.onmessage = event => {
      const frame = JSON.parse(event.data)
      lastId = (frame.type === 'message' ? frame.id : frame.type === 'live' ? frame.cursor : null) ?? lastId
      if (frame.type === 'goodbye') after = frame.after ?? null
      lane.show(frame)
    }
    opened.onclose = event => {
      const isFinal = FINAL.has(event.code)
      lane.lost(isFinal)
      if (isFinal) return
      setTimeout(
        () => {
          socket = open()
        },
        after ?? 1000 + Math.random() * 1000,
      )
      after = null
    }
    return opened
  }

  lane.onCut(() => socket.close())
}
