// Who is here, as a list to choose from. Knows users' names, not how they are learnt.

const list = document.querySelector('#people')

/** `choose` is called with the user who is to get the next messages. */
export function createPeople(me, choose) {
  let users = new Set()

  const buttonFor = user => {
    const button = document.createElement('button')
    button.type = 'button'
    button.title = `Write to ${user} in private`
    button.textContent = user
    button.addEventListener('click', () => choose(user))
    return button
  }

  const draw = () => {
    const sorted = [...users].sort((a, b) => a.localeCompare(b))
    list.replaceChildren(
      ...sorted.map(user => {
        const item = document.createElement('li')
        item.append(user === me ? `${user} (you)` : buttonFor(user))
        return item
      }),
    )
  }

  return {
    replace(all) {
      users = new Set(all)
      draw()
    },
    add(user) {
      users.add(user)
      draw()
    },
    remove(user) {
      users.delete(user)
      draw()
    },
  }
}
