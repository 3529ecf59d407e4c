// One symbol as it was at a time: its price, how it moved within a minute, the curve. Knows no gateway.

const MINUTE_MS = 60_000
const SHORTEST_MS = 5_000
const PADDING = 6

const cards = new Map()

export function drawCard(prices, symbol, time) {
  if (!cards.has(symbol)) addCard(symbol)
  const card = cards.get(symbol)
  const span = Math.min(MINUTE_MS, Math.max(SHORTEST_MS, time - prices.oldest))
  const points = prices.between(symbol, time - span, time)
  const price = prices.at(symbol, time)
  const first = points[0]?.[1]
  const change = first === undefined ? 0 : (price / first - 1) * 100
  card.querySelector('.price').textContent = price?.toFixed(2) ?? '–'
  card.querySelector('.change').textContent = `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(2)} %`
  card.classList.toggle('falls', change < 0)
  drawCurve(card.querySelector('canvas'), points, { time, span })
}

/** Places in the page by name, whichever symbol was heard of first. */
function addCard(symbol) {
  const card = document.querySelector('#card').content.cloneNode(true).querySelector('article')
  card.querySelector('h2').textContent = symbol
  card.setAttribute('aria-label', symbol)
  cards.set(symbol, card)
  const sorted = [...cards].sort(([a], [b]) => a.localeCompare(b))
  document.querySelector('#cards').replaceChildren(...sorted.map(([, each]) => each))
}

function drawCurve(canvas, points, { time, span }) {
  const { width, height } = canvas
  const context = canvas.getContext('2d')
  context.clearRect(0, 0, width, height)
  const values = points.map(([, price]) => price)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const scale = (height - 2 * PADDING) / (high - low || 1)
  context.beginPath()
  for (const [at, price] of points)
    context.lineTo(width * (1 - (time - at) / span), height - PADDING - (price - low) * scale)
  context.strokeStyle = getComputedStyle(canvas).color
  context.lineWidth = 2.5
  context.lineJoin = 'round'
  context.stroke()
}
