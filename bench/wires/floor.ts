// The floor's wire: one audience, no channels, nothing to resume.

import { eventStreamRequest, postRequest, upgradeRequest } from './requests.ts'
import type { Address, Wire } from './wire.ts'

export function floorWire({ transport }: Address): Wire {
  const request = transport === 'websocket' ? upgradeRequest : eventStreamRequest
  return {
    subscribe: () => [{ send: request('/'), until: '\r\n\r\n' }],
    resume() {
      throw new Error('The floor keeps nothing.')
    },
    publish: ([item]) => postRequest('/', '', item!.data),
  }
}
