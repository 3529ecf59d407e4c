// The conversation as it is drawn. Knows messages, not where they come from.

const list = document.querySelector('#talk')
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

export function createTalk(me) {
  /** What users wrote becomes text, never markup. */
  const rowOf = (kind, parts) => {
    const row = document.createElement('li')
    row.className = kind
    for (const [tag, text] of parts) {
      const part = document.createElement(tag)
      part.textContent = text
      row.append(part)
    }
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
    list.append(row)
    if (isAtEnd) list.scrollTop = list.scrollHeight
    return row
  }

  return {
    /** `channel` and `user` come from the gateway and can be trusted; `data` is whatever its sender sent. */
    show({ channel, user, time, data }) {
      const isMine = user === me
      const isPrivate = channel.startsWith('@')
      const { text, to } = data ?? {}
      const about = !isPrivate ? '' : isMine ? ` · to ${to} alone` : ' · to you alone'
      return rowOf(`${isMine ? 'mine' : ''} ${isPrivate ? 'private' : ''}`, [
        // A backend has no user.
        ['b', user ?? 'The house'],
        ['small', `${clock.format(time)}${about}`],
        ['p', text],
      ])
    },
    note: text => rowOf('note', [['p', text]]),
    fail(row, reason) {
      row.classList.add('failed')
      row.querySelector('small').textContent = `not sent: ${reason}`
    },
  }
}
