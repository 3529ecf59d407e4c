// The commands of one connection, in the order sent: read, checked, carried out one after the other, each answered once.
// Knows no WebSocket.

import type { Code, Failure } from '../../shared/codes.ts'
import type { FailureFrame, Ref } from '../../shared/frames.ts'
import { type ParsedCommand, type ParseOutcome, parseCommand } from './command-parse.ts'
import { judgePublish, type PublishCommand, runCommand, startPublish } from './command-run.ts'
import type { Context } from './context.ts'
import { tally } from './counters.ts'
import type { Verdict } from './identity.ts'
import { Queue } from './queue.ts'
import { Rate } from './rate.ts'
import type { Session } from './session.ts'
import { storageFailureOf } from './storage-failure.ts'

/** Beyond these the connection is not read until answers have left: a peer that only asks cannot fill our memory. */
const MAX_WAITING_COMMANDS = 1000
const MAX_PENDING_BYTES = 256 * 1024
/** So many malformed frames in a row are no accident (rule W2). */
const MAX_BAD_FRAMES = 5

type Waiting =
  | { readonly command: ParsedCommand }
  | { readonly failure: Failure; readonly ref: Ref | undefined }
  /** The connection ends with this reason, once what came before is answered. */
  | { readonly breach: string }

export class Commands {
  readonly #session: Session
  readonly #context: Context
  readonly #waiting = new Queue<Waiting>()
  /** Publishes that are started but not answered: they may overlap, everything else waits for them. */
  #publishing: Promise<void>
  #publishingCount = 0
  #isRunning = false
  #isPaused = false
  #badFrames = 0
  #isOver = false
  readonly #rate: Rate
  readonly #publishRate: Rate

  /** `opened`: when the session has been welcomed, which comes before any answer. */
  constructor(session: Session, context: Context, opened: Promise<void>) {
    this.#publishing = opened
    this.#session = session
    this.#context = context
    const { commandsPerSecond, publishesPerSecond } = context.limits
    this.#rate = new Rate(commandsPerSecond, performance.now())
    this.#publishRate = new Rate(publishesPerSecond, performance.now())
  }

  /** Takes one text frame. */
  receive(text: string): void {
    if (this.#isOver) return
    const parsed = parseCommand(text)
    this.#badFrames = 'isMalformed' in parsed && parsed.isMalformed ? this.#badFrames + 1 : 0
    this.#wait(this.#limit(parsed))
    if ('failure' in parsed && this.#badFrames >= MAX_BAD_FRAMES)
      this.end(`${MAX_BAD_FRAMES} frames in a row were no commands: ${parsed.failure.message}`)
  }

  /** Ends the connection for what it sent, once everything before that is answered; what comes behind does not count. */
  end(breach: string): void {
    if (this.#isOver) return
    this.#wait({ breach })
    this.#isOver = true
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#pauseIfFull()
    if (!this.#isRunning) void this.#run()
  }

  /** Backends have no rate; of everybody else a loop gone wrong looks the same as an attack. */
  #limit(parsed: ParseOutcome): Waiting {
    if (this.#session.identity.kind === 'key') return parsed
    const waitMs = this.#rate.take(performance.now())
    if (waitMs > 0) return this.#overLimit(parsed, 'commandsPerSecond', 'send', 'commands', waitMs)
    if (!('command' in parsed) || parsed.command.type !== 'publish') return parsed
    if (this.#session.identity.kind === 'operator') return parsed
    const untilPublishMs = this.#publishRate.take(performance.now())
    if (untilPublishMs === 0) return parsed
    return this.#overLimit(parsed, 'publishesPerSecond', 'publish', 'messages', untilPublishMs)
  }

  #overLimit(
    parsed: ParseOutcome,
    limit: 'commandsPerSecond' | 'publishesPerSecond',
    deed: string,
    what: string,
    waitMs: number,
  ): Waiting {
    const { counters, limits } = this.#context
    tally(counters.limited, limit)
    const message = `A connection may ${deed} ${limits[limit]} ${what} a second (limits.${limit}): wait ${waitMs} ms, then send it again.`
    const ref = 'command' in parsed ? parsed.command.ref : parsed.ref
    return { failure: { code: 'rate_limited', message }, ref }
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#session.isOpen && (this.#waiting.length > 0 || this.#isPaused)) {
      // A peer that asks and does not read waits here, with everything it has asked.
      if (this.#session.pendingBytes >= MAX_PENDING_BYTES) await this.#session.untilIdle()
      else if (this.#waiting.length > 0) await this.#take(this.#waiting.shift()!)
      else await this.#publishing
      this.#resumeIfDrained()
    }
    this.#isRunning = false
  }

  async #take(next: Waiting): Promise<void> {
    if ('command' in next && next.command.type === 'publish') {
      const verdict = this.#judge(next.command)
      // While somebody has to be asked, what was sent behind it waits: publishes keep their order.
      if (verdict instanceof Promise) await Promise.allSettled([verdict])
      if (this.#session.isOpen) this.#publish(next.command, verdict)
      return
    }
    await this.#publishing
    if (!this.#session.isOpen) return
    if ('breach' in next) this.#session.close('bad_request', next.breach)
    else if ('failure' in next) this.#fail(next.failure.code, next.failure.message, next.ref)
    else if (next.command.type !== 'publish') await this.#carryOut(next.command)
  }

  /** A check that throws fails its own command alone (rule R6). */
  #judge(command: PublishCommand): Verdict | Promise<Verdict> {
    try {
      return judgePublish(command, this.#session, this.#context)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #publish(command: PublishCommand, verdict: Verdict | Promise<Verdict>): void {
    this.#publishingCount += 1
    const outcome = startPublish(command, verdict, this.#session, this.#context).catch(error =>
      this.#toFailure(error, command),
    )
    // Answers keep the order of the commands, though refusals are known before commits.
    this.#publishing = this.#publishing.then(async () => {
      this.#session.send(await outcome)
      this.#publishingCount -= 1
      this.#resumeIfDrained()
    })
  }

  async #carryOut(command: Exclude<ParsedCommand, { type: 'publish' }>): Promise<void> {
    try {
      const failure = await runCommand(command, this.#session, this.#context)
      const channel = 'channel' in command ? command.channel : undefined
      if (failure) this.#fail(failure.code, failure.message, command.ref, channel)
    } catch (error) {
      this.#session.send(this.#toFailure(error, command))
    }
  }

  /** An error that nobody expected is logged, and answered like any other failure. */
  #toFailure(error: unknown, { type, ref }: ParsedCommand): FailureFrame {
    const echo = ref !== undefined && { ref }
    const failure = storageFailureOf(error)
    if (failure) return { type: 'failure', ...echo, ...failure }
    this.#context.onFault(error)
    const message = `The gateway failed to carry out "${type}": try again.`
    return { type: 'failure', ...echo, code: 'internal', message }
  }

  #fail(code: Code, message: string, ref: Ref | undefined, channel?: string): void {
    this.#session.send({
      type: 'failure',
      ...(ref !== undefined && { ref }),
      code,
      message,
      ...(channel !== undefined && { channel }),
    })
  }

  #isFull(): boolean {
    const waiting = this.#waiting.length + this.#publishingCount
    return waiting >= MAX_WAITING_COMMANDS || this.#session.pendingBytes >= MAX_PENDING_BYTES
  }

  #pauseIfFull(): void {
    if (this.#isPaused || !this.#isFull()) return
    this.#isPaused = true
    this.#session.link.pauseReading()
  }

  #resumeIfDrained(): void {
    if (!this.#isPaused || this.#isFull()) return
    this.#isPaused = false
    this.#session.link.resumeReading()
  }
}
