// Starts a job and shows how far it is. What it is told has its whole past in the log, so the page may come late.

import { connect } from '/client/connect.js'
import { drawRows } from './picture.js'

const { gateway } = document.documentElement.dataset
const form = document.querySelector('#start')
const state = document.querySelector('#state')
const progress = document.querySelector('#progress')
let tw = null

form.addEventListener('submit', async event => {
  event.preventDefault()
  const answer = await fetch('start.php', { method: 'POST', body: new FormData(form) })
  if (!answer.ok) {
    say('That did not work. Please try again.')
    return
  }
  const job = await answer.json()
  // A reload finds it again; other tabs do not.
  sessionStorage.setItem('job', JSON.stringify(job))
  watch(job)
})

/** The history covers what the worker has told before this page listens. */
function watch({ channel, token }) {
  tw?.close()
  progress.value = 0
  say('waiting for the worker')
  tw = connect(gateway, { token })
  tw.subscribe(channel, { history: 1000 }, ({ data: { done, of, rows } }) => {
    drawRows(done - rows.length, rows)
    progress.value = done / of
    if (done < of) say(`${Math.floor((100 * done) / of)} %`, true)
    else {
      say('done', true)
      tw.close()
    }
  })
  tw.on('error', ({ message }) => say(message))
  tw.on('state', ({ name, loss }) => {
    if (name === 'waiting') say('connection lost, coming back …')
    if (name === 'stopped') say(loss.reason)
  })
}

function say(text, isOpen = false) {
  state.textContent = text
  state.classList.toggle('open', isOpen)
}

const kept = sessionStorage.getItem('job')
if (kept !== null) watch(JSON.parse(kept))
