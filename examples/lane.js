// One column of the page: what a connection received and how it fares. Knows frames, not transports.

const SHOWN = 200

/** Fills a section from the template; `show` takes frames, `lost` says that the connection is gone. */
export function createLane(id, name) {
  const section = document.querySelector(`#${id}`)
  section.append(document.querySelector('#lane').content.cloneNode(true))
  const heading = section.querySelector('h2')
  heading.id = `${id}-name`
  heading.textContent = name
  const list = section.querySelector('ol')
  const counts = { live: 0, replayed: 0, reconnects: 0, gaps: 0 }
  let isLive = false
  let wasOpen = false
  // What the gateway said last, if it said why the connection ends.
  let reason = null

  const say = (text, isOpen) => {
    section.querySelector('.state').textContent = text
    section.querySelector('.state').classList.toggle('open', isOpen)
  }
  const count = which => {
    counts[which]++
    section.querySelector(`[data-count="${which}"]`).textContent = counts[which]
  }
  const add = (kind, id, text) => {
    list.prepend(rowOf(kind, id, text))
    if (list.children.length > SHOWN) list.lastChild.remove()
  }

  const handlers = {
    welcome: () => {
      if (wasOpen) count('reconnects')
      wasOpen = true
      isLive = false
      reason = null
      say('catching up', false)
    },
    live: () => {
      isLive = true
      say('live', true)
    },
    message: frame => {
      const kind = isLive ? 'live' : 'replayed'
      count(kind)
      add(kind, frame.id ?? '', JSON.stringify(frame.data))
    },
    gap: frame => {
      count('gaps')
      add('gap', frame.oldest ?? '', `Messages before this are gone (${frame.reason}).`)
    },
    failure: frame => add('gap', '', frame.message),
    goodbye: frame => {
      reason = `${frame.reason}${frame.reconnect ? '' : ' It will not come back.'}`
      say(reason, false)
    },
  }

  return {
    show: frame => handlers[frame.type]?.(frame),
    lost: (forGood = false) => say(reason ?? (forGood ? 'closed for good' : 'lost, coming back'), false),
    onCut: handle => section.querySelector('button').addEventListener('click', handle),
  }
}

function rowOf(kind, id, text) {
  const row = document.createElement('li')
  row.className = kind
  for (const [name, content] of [
    ['id', id],
    ['how', kind],
    ['data', text],
  ]) {
    const cell = document.createElement('span')
    cell.className = name
    cell.textContent = content
    row.append(cell)
  }
  return row
}
