// Who is here, as a list to choose from. Knows users' names, not how they are learnt.

const list = document.querySelector('#people')

/** `choose` is called with the user who is to get the next messages. */
export function createPeople(me, choose) {
  let users = new Set()

  const draw = () => {
    const sorted = [...users].sort((a, b) => a.localeCompare(b))
    list.replaceChildren(
      ...sorted.map(user => {
        const item = document.createElement('li')
        const button = document.createElement('button')
        button.type = 'button'
        button.textContent = user === me ? `${user} (you)` : user
        button.disabled = user === me
        button.addEventListener('click', () => choose(user))
        item.append(button)
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
