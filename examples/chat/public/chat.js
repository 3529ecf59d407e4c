// A room and its private messages: what the gateway is asked and told. Draws nothing itself (talk.js, people.js).

import { connect } from '/client/connect.js'
import { createPeople } from './people.js'
import { createTalk } from './talk.js'

const ROOM = 'chat:lobby'
const { gateway } = document.documentElement.dataset
const signIn = document.querySelector('#sign-in')
const write = document.querySelector('#write')
const to = document.querySelector('#to')
const state = document.querySelector('#state')
const TO_EVERYONE = write.elements.text.placeholder

/** Only this user receives what is published there. */
const personalChannel = user => `@${encodeURIComponent(user)}`

async function fetchToken(user) {
  const answer = await fetch('token.php', { method: 'POST', body: user })
  if (!answer.ok) throw new Error(await answer.text())
  return await answer.text()
}

function enter(me) {
  const talk = createTalk(me)
  const people = createPeople(me, chooseReceiver)
  // What this page publishes does not come back to it: it is shown already.
  const sender = crypto.randomUUID()
  const tw = connect(gateway, { sender, getToken: () => fetchToken(me) })

  const room = tw.subscribe(ROOM, { history: 50 }, talk.show)
  tw.subscribe(personalChannel(me), { history: 50 }, talk.show)

  room.on('presence', ({ members }) => people.replace(members.map(member => member.user)))
  room.on('join', ({ user }) => people.add(user))
  room.on('leave', ({ user }) => people.remove(user))
  tw.on('gap', () => talk.note('Some older messages are gone.'))
  tw.on('error', ({ message }) => talk.note(message))
  tw.on('state', ({ name, loss }) => {
    state.textContent = { open: `${me}, connected`, stopped: loss?.reason }[name] ?? 'connecting …'
    state.classList.toggle('open', name === 'open')
  })

  document.querySelector('#leave').addEventListener('click', () => {
    sessionStorage.removeItem('name')
    // Said good-bye, the others see it at once; a connection that is lost counts for ten more seconds.
    room.unsubscribe()
    tw.close()
    location.reload()
  })

  write.addEventListener('submit', event => {
    event.preventDefault()
    const receiver = to.value || undefined
    const data = { text: write.elements.text.value, to: receiver }
    write.elements.text.value = ''
    // Into the sender's own channel too, for the sender's other tabs and for later.
    const channels = receiver ? [personalChannel(receiver), personalChannel(me)] : [ROOM]
    const row = talk.show({ channel: channels[0], user: me, time: Date.now(), data })
    // With a key the client may publish again after a lost connection, and nothing is said twice.
    const key = crypto.randomUUID()
    Promise.all(channels.map(channel => tw.publish(channel, data, { key }))).catch(error =>
      talk.fail(row, error.message),
    )
  })
}

/** `null` for everyone. */
function chooseReceiver(user) {
  to.hidden = user === null
  to.value = user ?? ''
  to.textContent = user === null ? '' : `to ${user} ×`
  write.elements.text.placeholder = user === null ? TO_EVERYONE : `Write to ${user} alone`
  write.elements.text.focus()
}

function show(me) {
  signIn.hidden = me !== null
  for (const element of document.querySelectorAll('#room, #leave')) element.hidden = me === null
  if (me !== null) enter(me)
}

signIn.addEventListener('submit', async event => {
  event.preventDefault()
  const name = signIn.elements.name.value.trim().normalize()
  try {
    await fetchToken(name)
    // For this tab only, so that two tabs can be two people.
    sessionStorage.setItem('name', name)
    show(name)
  } catch (error) {
    signIn.querySelector('[role=alert]').textContent = error.message
  }
})

to.addEventListener('click', () => chooseReceiver(null))

show(sessionStorage.getItem('name'))
