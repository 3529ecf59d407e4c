// nchan's wire, with the locations that its configuration here has.

import { eventStreamRequest, postRequest, upgradeRequest } from './requests.ts'
import type { Address, Memory, Opening, Wire } from './wire.ts'

export function nchanWire({ transport }: Address): Wire {
  const open = (query: string): Opening => {
    const isWebSocket = transport === 'websocket'
    const send = (isWebSocket ? upgradeRequest : eventStreamRequest)(`/sub?${query}`)
    // Its event streams begin with a comment.
    return [{ send, until: isWebSocket ? '\r\n\r\n' : ': hi\n\n' }]
  }
  return {
    subscribe: channel => open(`id=${channel}`),
    resume: (channel, memory) => open(`id=${channel}&since=${idOf(memory)}`),
    publish([item]) {
      return postRequest(`/pub?id=${item!.channel}`, '', item!.data)
    },
  }
}

function idOf({ answer }: Memory): string {
  const id = /last message id: (\S+)/.exec(answer)?.[1]
  if (id === undefined) throw new Error(`nchan answered a publish without an id: ${answer}`)
  return id
}
