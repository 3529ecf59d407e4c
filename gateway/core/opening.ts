// How subscriptions begin: at connect, all of them as one stream; later, one on a cursor of its own. Knows no transport.

import { formatCursor } from '../../shared/cursor.ts'
import type { Gap, Ref, Subscribed, Welcome } from '../../shared/frames.ts'
import type { Admission } from './admission.ts'
import type { Context } from './context.ts'
import { whyEnded } from './identity-end.ts'
import type { ChannelView } from './log.ts'
import type { ReplayPage } from './replay-page.ts'
import { openingOf, type ResumeRequest, startOf, unstoredOpening } from './resume.ts'
import type { Session } from './session.ts'
import type { Subscription } from './subscription.ts'

interface Opening {
  readonly subscription: Subscription
  readonly subscribed: Subscribed
  readonly gap: Gap | null
}

/** What all subscriptions hear first, and the first page of what they missed (null: nothing had to be read). */
interface Openings {
  readonly each: readonly Opening[]
  readonly page: ReplayPage | null
  /** Everything up to here is given with the page. */
  readonly through: number
  /** Where a client that hears nothing after the welcome resumes, to miss nothing. */
  readonly start: number
}

/** What a new connection asks for, and which of it it may not have. */
export interface ConnectionRequest {
  readonly admission: Admission
  readonly resume: ResumeRequest
}

/**
 * Opens a connection: welcome, subscribed…, gap…, the first page of the replay (rule S3); the session goes on from there.
 * The session must have no subscriptions yet. Never rejects: a session that cannot be opened is closed.
 */
export async function openConnection(
  session: Session,
  { admission, resume }: ConnectionRequest,
  context: Context,
): Promise<void> {
  context.connections.add(session)
  // Ended between the look at the credential and now: whoever ended it did not see this connection yet.
  const ended = whyEnded(session.identity)
  if (ended !== null) return session.close('unauthorized', ended)
  try {
    const subscriptions = admission.channels.map(channel => session.subscribe(channel))
    const openings = await openAll(subscriptions, resume, context)
    if (!session.isOpen) return
    const start = formatCursor(context.log.epoch, openings.start)
    session.send(welcomeTo(session, context), resume.since === undefined ? start : undefined)
    for (const { subscribed } of openings.each) tellSubscribed(session, subscribed, context)
    for (const { channel, failure } of admission.refused)
      session.send({ type: 'failure', ...failure, channel })
    for (const { gap } of openings.each) if (gap) session.reader.tellGap(gap)
    if (openings.page) session.reader.give(openings.page, subscriptions)
    session.reader.startAt(openings.through)
    session.start()
    context.observe({ kind: 'connected', time: context.clock(), connection: session.view() })
  } catch (error) {
    session.fail(error)
  }
}

function welcomeTo(session: Session, context: Context): Welcome {
  const { user, id } = session
  const welcome: Welcome = { type: 'welcome', connection: id, heartbeat: context.heartbeatMs, protocol: 1 }
  if (user !== undefined) welcome.user = user
  return welcome
}

/** Subscribes an open session to one more channel; it has been told when the promise resolves. Rejects unsubscribed. */
export async function openSubscription(
  session: Session,
  channel: string,
  request: ResumeRequest,
  ref: Ref | undefined,
  context: Context,
): Promise<void> {
  const subscription = session.subscribe(channel)
  subscription.joining = true
  const { each, page, through } = await openAll([subscription], request, context).catch(error => {
    // Half subscribed, a second try would be answered with silence.
    session.unsubscribe(channel)
    throw error
  })
  const opening = each[0]!
  if (!session.isOpen) return
  if (ref !== undefined) opening.subscribed.ref = ref
  tellSubscribed(session, opening.subscribed, context)
  if (opening.gap) session.reader.tellGap(opening.gap)
  if (page) session.reader.give(page, [subscription])
  subscription.seq = Math.max(subscription.seq, through)
  session.reader.join(subscription)
  session.queue()
}

async function openAll(
  subscriptions: readonly Subscription[],
  request: ResumeRequest,
  context: Context,
): Promise<Openings> {
  const { log, hub, replayCache } = context
  for (const subscription of subscriptions) subscription.order = hub.tail.order
  const stored = subscriptions.filter(({ channel }) => channel.hasHistory)
  const isFresh = request.since === undefined && !request.history
  if (isFresh || stored.length === 0) return openAtHead(subscriptions, request, hub.tail.seq, log.epoch)
  const starts = stored.map(({ channel }) => startOf(channel.name, request, log))
  const replayed = await replayCache.read(starts.map(({ from }) => from))
  const { page } = replayed
  const head = formatCursor(page.epoch, page.head)
  const views =
    request.since === undefined ? page.channels.map(view => rewound(view, page.head)) : page.channels
  const each = subscriptions.map(subscription => {
    const index = stored.indexOf(subscription)
    if (index < 0) return { subscription, ...unstoredOpening(subscription.channel.name, request, head) }
    const view = views[index]!
    subscription.seq = Math.max(view.after, view.trimmed)
    return { subscription, ...openingOf(view, request, starts[index]!.isReset, page.epoch) }
  })
  const start = Math.min(...views.map(({ after }) => after))
  return { each, page: replayed, through: page.through, start }
}

/** A rewind over all that a channel keeps begins right before it, so that its place is no gap in another channel. */
function rewound(view: ChannelView, head: number): ChannelView {
  const before = view.oldest === null ? head : view.oldest - 1
  return { ...view, after: Math.max(view.after, before) }
}

/** Nothing to give back: the tail covers everything from its newest seq on, without a look into the log. */
function openAtHead(
  subscriptions: readonly Subscription[],
  request: ResumeRequest,
  seq: number,
  epoch: string,
): Openings {
  const head = formatCursor(epoch, seq)
  const each = subscriptions.map(subscription => {
    subscription.seq = seq
    return { subscription, ...unstoredOpening(subscription.channel.name, request, head) }
  })
  return { each, page: null, through: seq, start: seq }
}

function tellSubscribed(session: Session, subscribed: Subscribed, context: Context): void {
  if (subscribed.recovered) context.counters.recovered += 1
  if (context.rules.of(subscribed.channel).presence) subscribed.presence = true
  session.send(subscribed)
}
