// The tail's memory: what it keeps of a message is the message. Knows no log and no socket.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ChannelRules } from '../../gateway/core/channel-rules.ts'
import { LiveChannel } from '../../gateway/core/live-channel.ts'
import { Tail } from '../../gateway/core/tail.ts'
import { type Members, readItems } from '../../shared/json-members.ts'

const BODIES = 200
const MESSAGES = 1000
const MIB = 1024 * 1024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

test('[R3] a message of a large batch does not keep the rest of it in memory', () => {
  const tail = new Tail(0, 32 * MIB)
  const rule = new ChannelRules([
    { match: '*', subscribe: 'anyone', publish: 'nobody', history: null, presence: false },
  ])
  const channel = new LiveChannel('heard', rule.of('heard'), tail)
  const before = heapBytes()
  for (let number = 0; number < BODIES; number += 1) {
    const body = JSON.stringify(Array.from({ length: MESSAGES }, () => ({ data: `${number}`.padEnd(500) })))
    const [heard] = readItems(body) as Members[]
    const data = heard!.members.get('data')!
    tail.appendUnstored(channel, { channel: 'heard', time: 1, data })
  }
  expect(channel.entries.length).toBe(BODIES)
  // All bodies together are 100 MB.
  expect(heapBytes() - before).toBeLessThan(10e6)
})
