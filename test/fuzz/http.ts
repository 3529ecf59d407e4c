// Fuzzes HTTP: strange requests one after the other and in pipelines, broken ones, and event streams. Knows no frames.

import type { Choices } from './choices.ts'
import { Finding } from './finding.ts'
import { brokenRequest } from './http-broken.ts'
import { checkReply } from './http-legal.ts'
import { readReply } from './http-reply.ts'
import { anyRequest, type HttpRequest, requestBytes } from './http-requests.ts'
import { fuzzStream } from './stream-requests.ts'
import type { Tally } from './tally.ts'
import { onWire, type Wire } from './wire.ts'
import type { World } from './world.ts'

/** The gateway cuts off 17 under way on one connection, and may count one whose answer we have just read. */
const MAX_PIPELINED = 15

/** One connection or a few. */
export async function fuzzHttp(world: World, choices: Choices, tally: Tally): Promise<void> {
  const kind = choices.int(0, 9)
  if (kind < 3) await fuzzBroken(world, choices, tally)
  else if (kind < 5) await fuzzStream(world, choices, tally)
  else await fuzzRequests(world, choices, tally)
}

/** Requests over one connection, some of them sent before the one before was answered. */
async function fuzzRequests(world: World, choices: Choices, tally: Tally): Promise<void> {
  await onWire(world.port, async wire => {
    for (let rounds = choices.int(1, 20); rounds > 0 && !wire.isClosed; rounds--) {
      const count = choices.chance(0.3) ? choices.int(2, MAX_PIPELINED) : 1
      const requests = choices.list(count, () => anyRequest(world, choices))
      const bytes = Buffer.concat(requests.map(request => requestBytes(request, choices)))
      const sending = sendInPieces(bytes, wire, choices)
      for (const [index, request] of requests.entries())
        if (!(await takeReply(request, `${index + 1} of ${count}`, bytes, wire, tally))) return
      await sending
    }
  })
}

/** Most at once; the others in two pieces, of which the second may meet the answers to the first. */
async function sendInPieces(bytes: Buffer, wire: Wire, choices: Choices): Promise<void> {
  const cut = choices.chance(0.8) ? bytes.length : choices.int(0, bytes.length)
  const pauseMs = choices.pick([0, 0, 1, 5, 20])
  wire.send(bytes.subarray(0, cut))
  if (cut === bytes.length) return
  if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs))
  wire.send(bytes.subarray(cut))
}

/** False: the connection goes no further. */
async function takeReply(
  { method, target }: HttpRequest,
  place: string,
  bytes: Buffer,
  wire: Wire,
  tally: Tally,
): Promise<boolean> {
  const reply = await readReply(wire, method)
  const route = `${method} ${target.split('?')[0]!.split('/').slice(0, 3).join('/').slice(0, 30)}`
  if (reply === null) throw new Finding(`The gateway hung up on sound requests, at ${place}: ${route}`, bytes)
  tally.count(`${isRouted(route) ? route : 'elsewhere'} ${checkReply(reply, method, bytes)}`)
  if (reply.isStream) return false
  if (reply.headers.get('connection') !== 'close') return true
  await wire.untilClosed('the end of the connection behind an answer that announces it')
  return false
}

function isRouted(route: string): boolean {
  return /^[A-Z]+ \/(api\/(publish|session|channels|connections|users|stats|openapi\.json)|healthz|readyz|ws|)$/.test(
    route,
  )
}

/** Sends what is no sound request, and then nothing more: the gateway answers what it understood, and hangs up. */
async function fuzzBroken(world: World, choices: Choices, tally: Tally): Promise<void> {
  await onWire(world.port, async wire => {
    const { name, bytes, mustRefuse } = brokenRequest(world, choices)
    wire.send(bytes)
    if (choices.chance(0.05)) return wire.reset()
    if (!mustRefuse) wire.socket.end()
    const statuses: string[] = []
    for (
      let reply = await readReply(wire, '', true);
      reply !== null;
      reply = await readReply(wire, '', true)
    ) {
      statuses.push(checkReply(reply, '', bytes))
      const isRefused = statuses.length === 1 && reply.status >= 400
      if (mustRefuse && !isRefused)
        throw new Finding(`A broken request was taken: ${statuses.join(', ')}`, bytes)
      if (reply.isStream) break
    }
    await wire.untilClosed(`the end of the connection after a broken request (${name})`)
    if (mustRefuse && statuses.length === 0)
      throw new Finding(`A broken request got no answer (${name})`, bytes)
    tally.count(`broken: ${name}: ${statuses[0] ?? 'hung up'}`)
  })
}
