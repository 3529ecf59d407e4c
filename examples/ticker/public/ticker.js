// Prices as they come, and as they were: what is not on the page any more, or not yet, is read from the gateway's log.

import { connect } from '/client/connect.js'
import { drawCard } from './card.js'
import { Prices } from './prices.js'

const CHANNEL = 'public:prices'
const PAGE = 1000
const MORE_MS = 60_000

const { gateway } = document.documentElement.dataset
const state = document.querySelector('#state')
const when = document.querySelector('#when')
const prices = new Prices()
let oldestId = null
/** What is looked at, in ms since 1970; `null` is now, whatever now is. */
let viewedAt = null
let received = 0
let isReading = false
let isDrawn = true

const tw = connect(gateway)
const channel = tw.subscribe(CHANNEL, { history: 100 }, message => {
  oldestId ??= message.id
  prices.add(message)
  if (!message.replayed) received++
  drawSoon()
})
// The first minute is read at once, so that there is a curve.
const removeFirst = channel.on('live', () => {
  removeFirst()
  readBack()
})
tw.on('state', ({ name, loss }) => {
  state.textContent = { open: 'live', stopped: loss?.reason }[name] ?? 'connecting …'
  state.classList.toggle('open', name === 'open')
})

/** Reads the log backwards until there is a minute more, or nothing older. */
async function readBack() {
  if (isReading || oldestId === null) return
  isReading = true
  const until = prices.oldest - MORE_MS
  try {
    for (let more = true; more && prices.oldest > until; ) {
      const page = await channel.history({ before: oldestId, limit: PAGE })
      prices.addOlder(page.messages)
      oldestId = page.messages[0]?.id ?? oldestId
      more = page.more
    }
  } catch (error) {
    document.querySelector('#hint').textContent = `The past could not be read: ${error.message}`
  } finally {
    isReading = false
    drawSoon()
  }
}

/** Once for all messages of a frame: there are more of them than anybody sees. */
function drawSoon() {
  if (!isDrawn) return
  isDrawn = false
  requestAnimationFrame(() => {
    isDrawn = true
    draw()
  })
}

function draw() {
  const time = viewedAt ?? prices.newest
  for (const symbol of prices.symbols) drawCard(prices, symbol, time)
  when.min = prices.oldest
  when.max = prices.newest
  when.value = time
  const ago = Math.round((prices.newest - time) / 1000)
  document.querySelector('#time').textContent =
    viewedAt === null ? 'now' : `${new Date(time).toLocaleTimeString()}, ${ago} s ago`
}

when.addEventListener('input', () => {
  viewedAt = when.value === when.max ? null : Number(when.value)
  if (when.value === when.min) readBack()
  drawSoon()
})

document.querySelector('#now').addEventListener('click', () => {
  viewedAt = null
  drawSoon()
})

setInterval(() => {
  document.querySelector('#rate').textContent = received
  received = 0
}, 1000)
