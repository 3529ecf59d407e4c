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
  // PASSIVE waits for nobody and makes nobody wait: RESTART and TRUNCATE would hold off the writer.
  const [result] = db.pragma('wal_checkpoint(PASSIVE)') as [CheckpointDone]
  parentPort!.postMessage(result)
})
