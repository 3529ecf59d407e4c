// The gateway's wire: one request subscribes or resumes, `live` ends the opening.

import { eventStreamRequest, postRequest, upgradeRequest } from './requests.ts'
import type { Address, Item, Memory, Opening, Wire } from './wire.ts'

export function twinwireWire({ transport, apiKey }: Address): Wire {
  const open = (query: string): Opening => {
    const send =
      transport === 'websocket' ? upgradeRequest(`/ws?${query}`) : eventStreamRequest(`/sse?${query}`)
    return [{ send, until: '"type":"live"' }]
  }
  const authorization = `Authorization: Bearer ${apiKey}\r\n`
  return {
    subscribe: channel => open(`channels=${channel}`),
    resume: (channel, memory) => open(`channels=${channel}&since=${cursorOf(memory)}`),
    publish(items) {
      const body = items.length === 1 ? bodyOf(items[0]!) : `[${items.map(bodyOf).join()}]`
      return postRequest('/api/publish', authorization, body)
    },
  }
}

function bodyOf({ channel, data }: Item): string {
  return `{"channel":"${channel}","data":${data}}`
}

function cursorOf({ answer }: Memory): string {
  const id = /"id":"([^"]+)"/.exec(answer)?.[1]
  if (id === undefined) throw new Error(`The gateway answered a publish without an id: ${answer}`)
  return id
}
