// The load process: listens, publishes and comes back when the bench says so, and reports what came through. It has a core
// of its own; knows no server, only the wire to it.

import { quantile } from '../figures.ts'
import { FIRST_NUMBER, messageText } from '../message-text.ts'
import type { Address } from '../wires/wire.ts'
import { wireTo } from '../wires/wires.ts'
import type { Audience } from './audience.ts'
import { publishInFlight } from './backends.ts'
import type { Latencies, LoadKind, LoadMessage, LoadOrders, LoadReport, Published } from './load-orders.ts'
import { ManyChannelsAudience } from './many-channels-audience.ts'
import { OneChannelAudience } from './one-channel-audience.ts'
import { Publisher } from './publishers.ts'
import { publishAtPace, publishFor } from './publishing.ts'
import { replayEach } from './replays.ts'
import { Returning } from './returning.ts'
import { TimedAudience } from './timed-audience.ts'

/** How long after the last publish the last subscriber may wait for it. */
const SETTLE_DEADLINE_MS = 60_000

const NOBODY: Audience = { open: async () => {}, startCount() {}, haveAll: async () => {} }
let audience: Audience = NOBODY
let channel = ''
let returning: Returning | null = null
let nextNumber = FIRST_NUMBER

type Obey = { [K in LoadKind]: (order: LoadOrders[K]['order']) => Promise<LoadOrders[K]['report']> }

const obey: Obey = {
  async subscribe({ address, counting, channels, count }) {
    channel = channels[0]!
    if (counting === 'marks') audience = new ManyChannelsAudience(channels)
    else if (counting === 'times') audience = new TimedAudience(channel, count)
    else audience = new OneChannelAudience(channel, count)
    await audience.open(address.port, wireTo(address))
    return null
  },
  publish: ({ address, inFlight, ...plan }) =>
    measured(() =>
      inFlight === undefined
        ? publishFor(target(address), plan)
        : publishInFlight(address, { ...plan, inFlight, first: nextNumber }),
    ),
  async pace({ address, ...pace }) {
    const published = await measured(() => publishAtPace(target(address), { channel, ...pace }))
    return { ...published, ...latencies() }
  },
  async single({ address }) {
    const publisher = await Publisher.open(address.port)
    const request = wireTo(address).publish([{ channel, data: messageText(nextNumber) }])
    const { seconds } = await measured(async () => {
      await publisher.send(request)
      return 1
    })
    publisher.close()
    return { seconds }
  },
  async scatter({ address, missed, ...crowd }) {
    returning = new Returning(address, crowd)
    nextNumber = await returning.scatter(nextNumber, missed)
    return null
  },
  async gather() {
    if (returning === null) throw new Error('Nobody was scattered yet.')
    return returning.gather(SETTLE_DEADLINE_MS)
  },
  replay: replayEach,
}

function target(address: Address) {
  return { port: address.port, wire: wireTo(address), first: nextNumber }
}

/** Publishes and waits until the audience has it all. */
async function measured(publish: () => Promise<number>): Promise<Published> {
  audience.startCount()
  const first = nextNumber
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const published = await publish()
  nextNumber += published
  await audience.haveAll(first, published, SETTLE_DEADLINE_MS)
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { published, seconds, cpuSeconds: (user + system) / 1e6 }
}

function latencies(): Latencies {
  if (!(audience instanceof TimedAudience)) throw new Error('The audience counts no times.')
  const sorted = Float64Array.from(audience.latenciesMs).sort()
  return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), p999Ms: quantile(sorted, 0.999) }
}

process.on('message', ({ kind, order }: LoadMessage) => {
  const act = obey[kind] as (order: unknown) => Promise<unknown>
  act(order).then(
    report => process.send!({ report } satisfies LoadReport),
    error => process.send!({ failure: String(error) } satisfies LoadReport),
  )
})
process.on('disconnect', () => process.exit(0))
