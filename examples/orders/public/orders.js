// The orders of the user who is signed in, as they are now. The session's cookie says who that is: there is no token here.

import { connect } from '/client/connect.js'

const STATES = ['ordered', 'paid', 'packed', 'sent']
const { gateway, user } = document.documentElement.dataset
const list = document.querySelector('#orders')
const state = document.querySelector('#state')
const form = document.querySelector('#order')
const trouble = form.querySelector('[role=alert]')
const rows = new Map()

const tw = connect(gateway)
// The log has the past of the personal channel, so a page that is opened later shows the same.
tw.subscribe(`@${user}`, { history: 200 }, message => show(message.data))
tw.on('state', ({ name, loss }) => {
  state.textContent = { open: 'live', stopped: loss?.reason }[name] ?? 'connecting …'
  state.classList.toggle('open', name === 'open')
})

function show(order) {
  if (!rows.has(order.number)) rows.set(order.number, addRow(order))
  const reached = STATES.indexOf(order.state)
  const steps = rows.get(order.number).querySelectorAll('li')
  steps.forEach((step, index) => {
    step.classList.toggle('done', index <= reached)
    if (index === reached) step.setAttribute('aria-current', 'step')
    else step.removeAttribute('aria-current')
  })
}

function addRow({ number, item }) {
  const row = document.createElement('li')
  row.className = 'sheet'
  const title = document.createElement('h2')
  title.textContent = item
  const id = document.createElement('small')
  id.textContent = `no. ${number}`
  title.append(' ', id)
  const steps = document.createElement('ol')
  for (const name of STATES) {
    const step = document.createElement('li')
    step.textContent = name
    steps.append(step)
  }
  row.append(title, steps)
  list.prepend(row)
  return row
}

form.addEventListener('submit', async event => {
  event.preventDefault()
  // The page shows the order when the gateway tells of it: the same way in every tab and on every device.
  const answer = await fetch('order.php', { method: 'POST', body: new FormData(form, event.submitter) })
  trouble.textContent = answer.ok ? '' : 'That did not work. Please try again.'
})
