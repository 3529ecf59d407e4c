// Which wire an address speaks.

import { floorWire } from './floor.ts'
import { nchanWire } from './nchan.ts'
import { socketIoWire } from './socket-io.ts'
import { twinwireWire } from './twinwire.ts'
import type { Address, Wire } from './wire.ts'

const WIRES = {
  twinwire: twinwireWire,
  nchan: nchanWire,
  'socket.io': socketIoWire,
  floor: floorWire,
} satisfies Record<Address['server'], (address: Address) => Wire>

export function wireTo(address: Address): Wire {
  return WIRES[address.server](address)
}
