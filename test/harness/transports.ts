// The two transports under one face, for scenarios that are written once and run over both.

import type { Scope } from './scope.ts'
import { openSse } from './sse.ts'
import type { ConnectOptions, Subscriber } from './subscriber.ts'
import { openWebSocket } from './websocket.ts'

export interface Transport {
  name: 'WebSocket' | 'SSE'
  open(scope: Scope, url: string, options?: ConnectOptions): Promise<Subscriber>
}

export const transports: Transport[] = [
  { name: 'WebSocket', open: openWebSocket },
  { name: 'SSE', open: openSse },
]
