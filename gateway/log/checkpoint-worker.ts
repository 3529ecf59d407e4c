// The thread that moves the WAL into the database, so that its fsyncs do not hold the event loop. Knows no tables.

import { parentPort, workerData } from 'node:worker_threads'
import SqliteDatabase from 'better-sqlite3'
import type { CheckpointDone } from './checkpoint.ts'

const db = new SqliteDatabase(workerData as string, { timeout: 0, fileMustExist: true })

parentPort!.on('message', (request: 'checkpoint' | 'stop') => {
  if (request === 'stop') {
    db.close()
    parentPort!.close()
    return
  }
  parentPort!.postMessage(checkpoint())
})

/** Null when the disk refuses it: it will refuse the next commit too, which reports it. */
function checkpoint(): CheckpointDone | null {
  try {
    // PASSIVE waits for nobody and makes nobody wait: RESTART and TRUNCATE would hold off the writer.
    const [done] = db.pragma('wal_checkpoint(PASSIVE)') as [CheckpointDone]
    return done
  } catch {
    return null
  }
}
