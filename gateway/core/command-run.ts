// What each command does, and its answer (rule W3). Knows no WebSocket, and not how commands queue.

import type { Failure } from '../../shared/codes.ts'
import type { FailureFrame, Published, Ref } from '../../shared/frames.ts'
import type { ParsedCommand } from './command-parse.ts'
import type { Context } from './context.ts'
import { tally } from './counters.ts'
import { decide } from './decision.ts'
import { historyMembers, readHistory } from './history-read.ts'
import type { Verdict } from './identity.ts'
import { limitKey } from './key-rate.ts'
import { openSubscription } from './opening.ts'
import type { Publication } from './publication.ts'
import { publisherScope } from './publisher-scope.ts'
import type { Session } from './session.ts'

const DEFAULT_HISTORY_LIMIT = 50
const MAX_HISTORY_LIMIT = 1000
/** A page of history is one answer in one piece: this bounds what a connection can make us read and hold. */
const MAX_HISTORY_BYTES = 512 * 1024

export type PublishCommand = Extract<ParsedCommand, { type: 'publish' }>
type Sequential = Exclude<ParsedCommand, { type: 'publish' }>

/** Carries out a command and answers it; returns why not, if it cannot be. */
export async function runCommand(
  command: Sequential,
  session: Session,
  context: Context,
): Promise<Failure | null> {
  switch (command.type) {
    case 'subscribe':
      return subscribe(command, session, context)
    case 'unsubscribe':
      return unsubscribe(command, session, context)
    case 'history':
      return answerHistory(command, session, context)
    case 'presence':
      return answerPresence(command, session, context)
    case 'auth':
      return authenticate(command, session, context)
    case 'ping':
      session.send({ type: 'pong', ...refOf(command) })
      return null
  }
}

/** Whether the connection may publish; a promise when that has to be found out first. */
export function judgePublish(
  { channel }: PublishCommand,
  session: Session,
  { access }: Context,
): Verdict | Promise<Verdict> {
  const { identity } = session
  return decide(identity, channel, () =>
    access.mayPublish(session.identity, channel, session.isSubscribed(channel)),
  )
}

/** Starts a publish with the verdict about it; its answer comes when the message is committed. */
export async function startPublish(
  command: PublishCommand,
  verdict: Verdict | Promise<Verdict>,
  session: Session,
  context: Context,
): Promise<Published | FailureFrame> {
  const { channel } = command
  const refused = verdict instanceof Promise ? await verdict : verdict
  if (refused) return { type: 'failure', ...refOf(command), ...refused, channel }
  const limited = limitKey(session.identity, 1, context.counters)
  if (limited) {
    const { code, message } = limited
    return { type: 'failure', ...refOf(command), code, message, channel }
  }
  const outcome = await context.publisher.publish([publicationOf(command, session)])
  const result = 'code' in outcome ? outcome : outcome[0]!
  if ('code' in result) return { type: 'failure', ...refOf(command), ...result, channel }
  noteBroadcast(channel, session, context)
  return {
    type: 'published',
    ...refOf(command),
    ...(result.id !== undefined && { id: result.id }),
    ...(result.duplicate && { duplicate: true as const }),
  }
}

/** What a person sends by hand may be asked about; never with its content. */
function noteBroadcast(channel: string, { identity, link }: Session, { audit }: Context): void {
  if (identity.kind !== 'operator') return
  const actor = { kind: 'operator', name: identity.user, address: link.address } as const
  audit.note({ actor, action: 'publish', target: channel })
}

function publicationOf(command: PublishCommand, session: Session): Publication {
  const { channel, data, event, key } = command
  const { identity, sender } = session
  return {
    channel,
    data,
    event,
    sender,
    user: identity.kind === 'client' ? identity.user : undefined,
    idempotency:
      key === undefined ? undefined : { scope: publisherScope(identity, `connection:${session.id}`), key },
  }
}

async function subscribe(
  command: Extract<Sequential, { type: 'subscribe' }>,
  session: Session,
  context: Context,
): Promise<Failure | null> {
  const { channel, since, history } = command
  const refused = await decide(session.identity, channel, () =>
    context.access.maySubscribe(session.identity, channel),
  )
  if (refused || !session.isOpen) return refused
  const held = session.reader.subscriptions
  if (held.has(channel)) {
    const cursor = session.reader.cursorOf(channel)
    const presence = context.rules.of(channel).presence && { presence: true as const }
    session.send({ type: 'subscribed', channel, ...refOf(command), cursor, ...presence })
    return null
  }
  const { channelsPerConnection } = context.limits
  if (held.size >= channelsPerConnection) {
    tally(context.counters.limited, 'channelsPerConnection')
    const message = `A connection may have ${channelsPerConnection} channels: unsubscribe from one, or open another.`
    return { code: 'forbidden', message }
  }
  await openSubscription(session, channel, { since, history }, command.ref, context)
  tellOperators('subscribed', session, channel, context)
  return null
}

function tellOperators(
  kind: 'subscribed' | 'unsubscribed',
  session: Session,
  channel: string,
  { clock, observe }: Context,
): void {
  observe({ kind, time: clock(), connection: session.id, channel })
}

function unsubscribe(
  command: Extract<Sequential, { type: 'unsubscribe' }>,
  session: Session,
  context: Context,
): Failure | null {
  const { channel } = command
  if (!session.unsubscribe(channel)) {
    return { code: 'not_found', message: `This connection is not subscribed to "${channel}".` }
  }
  tellOperators('unsubscribed', session, channel, context)
  session.send({ type: 'unsubscribed', ...refOf(command), channel })
  return null
}

async function answerHistory(
  command: Extract<Sequential, { type: 'history' }>,
  session: Session,
  context: Context,
): Promise<Failure | null> {
  const { channel, since, before, limit } = command
  const refused = await decide(session.identity, channel, () =>
    context.access.mayRead(session.identity, channel),
  )
  if (refused) return refused
  const answer = await readHistory(context, {
    channel,
    since,
    before,
    limit: Math.min(limit ?? DEFAULT_HISTORY_LIMIT, MAX_HISTORY_LIMIT),
    maxBytes: MAX_HISTORY_BYTES,
  })
  const head = JSON.stringify({ type: 'history', ...refOf(command), channel })
  session.sendJson(`${head.slice(0, -1)},${historyMembers(answer)}}`)
  return null
}

async function answerPresence(
  command: Extract<Sequential, { type: 'presence' }>,
  session: Session,
  context: Context,
): Promise<Failure | null> {
  const { channel } = command
  const refused = await decide(session.identity, channel, () =>
    context.access.maySubscribe(session.identity, channel),
  )
  if (refused) return refused
  const state = await context.presence.read(channel)
  if ('code' in state) return state
  session.send({ type: 'presence', ...refOf(command), channel, ...state })
  return null
}

async function authenticate(
  command: Extract<Sequential, { type: 'auth' }>,
  session: Session,
  context: Context,
): Promise<Failure | null> {
  const identity = await context.access.authenticate(command.token)
  if ('code' in identity) return identity
  if (!session.isOpen) return null
  const user = 'user' in identity ? identity.user : undefined
  const isClient = session.identity.kind === 'client' || session.identity.kind === 'anonymous'
  if (!isClient || identity.kind !== 'client' || session.user !== user) {
    const message = 'A connection keeps its user: to become another one, connect again with the new token.'
    return { code: 'forbidden', message }
  }
  session.changeIdentity(identity)
  session.send({
    type: 'authenticated',
    ...refOf(command),
    ...(user !== undefined && { user }),
    ...(identity.expires !== undefined && { expires: identity.expires }),
  })
  for (const channel of [...session.reader.subscriptions.keys()]) {
    const refused = context.access.maySubscribe(identity, channel)
    if (!refused) continue
    session.unsubscribe(channel)
    tellOperators('unsubscribed', session, channel, context)
    session.send({ type: 'unsubscribed', channel, reason: refused.message })
  }
  return null
}

function refOf(command: { ref?: Ref }): { ref?: Ref } {
  return command.ref === undefined ? {} : { ref: command.ref }
}
