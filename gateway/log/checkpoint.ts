// Keeps the WAL short: asks a worker thread for checkpoints, and steps in itself when the worker cannot keep up.

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Database } from 'better-sqlite3'

/** What `wal_checkpoint` answers: frames in the WAL, and those already in the database. */
export interface CheckpointDone {
  readonly busy: number
  readonly log: number
  readonly checkpointed: number
}

// Compiled or not, the worker's file ends like this one.
const WORKER = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url)

/** Appends wait for a worker that holds the WAL when that has outgrown its cap by this factor, for so long at most. */
const HELD_FACTOR = 1.5
const MAX_HELD_MS = 1000

const FRAME_BYTES = 4096 + 24
const FRAMES_PER_COMMIT = 4
// A leaf of the index, that of an idempotency key, and some time later the leaf of its row.
const FRAMES_PER_CHANNEL = 3

export class Checkpointer {
  readonly #db: Pick<Database, 'pragma'>
  readonly #path: string
  readonly #quarterBytes: number
  readonly #maxBytes: number
  #worker: Worker | null = null
  /** Settled when the worker has answered; null: it was not asked. */
  #answer: PromiseWithResolvers<void> | null = null
  #hasFailed = false
  /** Estimated bytes in the WAL, high rather than low; each checkpoint says how many there were when it began. */
  #bytes = 0
  /** Those of them that came after the last request to the worker. */
  #sinceAsked = 0

  /** `maxBytes` caps the WAL, but for what is committed while the worker is busy; each quarter asks for a checkpoint. */
  constructor(db: Pick<Database, 'pragma'>, path: string, maxBytes: number) {
    this.#db = db
    this.#path = path
    this.#quarterBytes = maxBytes / 4
    this.#maxBytes = maxBytes
  }

  /**
   * What a commit should wait for; null: nothing. While the worker is at it, nobody else can shorten the WAL, and on a
   * busy disk it may be at it for seconds.
   */
  untilShort(): Promise<void> | null {
    if (this.#answer === null || this.#bytes <= this.#maxBytes * HELD_FACTOR) return null
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, MAX_HELD_MS)
    void this.#answer.promise.then(() => {
      clearTimeout(timer)
      resolve()
    })
    return promise
  }

  /** Counts a commit: bytes of content, and how many channels it touched. */
  committed(bytes: number, channels: number): void {
    const frames = FRAMES_PER_COMMIT + channels * FRAMES_PER_CHANNEL
    const grown = frames * FRAME_BYTES + bytes * 1.5
    this.#bytes += grown
    this.#sinceAsked += grown
    // A WAL starts over only when a checkpoint has caught up with its writer. Under steady load the worker never quite
    // does; here, between two commits, it is a matter of the last frames.
    if (this.#bytes > this.#maxBytes) this.#checkpointHere()
    else if (this.#sinceAsked > this.#quarterBytes && this.#answer === null) this.#ask()
  }

  /** Ends the worker; the database may be closed afterwards. */
  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    if (!worker) return
    worker.ref()
    const ended = new Promise(resolve => worker.once('exit', resolve))
    worker.postMessage('stop')
    await ended
  }

  #ask(): void {
    if (this.#hasFailed) return
    this.#sinceAsked = 0
    try {
      this.#worker ??= this.#startWorker()
    } catch {
      // The machine has no thread to give. The commit has succeeded: another quarter later it is asked again.
      return
    }
    this.#answer = Promise.withResolvers()
    this.#worker.postMessage('checkpoint')
  }

  #answered(): void {
    this.#answer?.resolve()
    this.#answer = null
  }

  #startWorker(): Worker {
    const worker = new Worker(WORKER, { workerData: this.#path })
    worker.unref()
    worker.on('message', (done: CheckpointDone | null) => {
      if (done) this.#correct(done)
      this.#answered()
    })
    // It could not even open the file: checkpoints then are made here.
    worker.on('error', () => {
      this.#hasFailed = true
      this.#worker = null
      this.#answered()
    })
    return worker
  }

  #checkpointHere(): void {
    try {
      const [done] = this.#db.pragma('wal_checkpoint(PASSIVE)') as [CheckpointDone]
      // The worker is at it this moment: the next commit comes by again.
      if (done.busy !== 0) return
      this.#sinceAsked = 0
      this.#correct(done)
    } catch {
      // The commit itself succeeded; what keeps the checkpoint from it will be met by the next one.
    }
  }

  #correct({ log, checkpointed }: CheckpointDone): void {
    // Wholly checkpointed and not grown since, it starts over with the next commit.
    const isDone = checkpointed >= log && this.#sinceAsked === 0
    this.#bytes = isDone ? 0 : log * FRAME_BYTES + this.#sinceAsked
  }
}
