// The current time as a signal, once a second, for ages on the screen.

import { signal } from '@preact/signals'

export const now = signal(Date.now())

setInterval(() => {
  now.value = Date.now()
}, 1000)
