// The thread that reads a whole database to see whether it is sound, so that the event loop does not. Knows no tables.

import { parentPort, workerData } from 'node:worker_threads'
import { findDamage } from './check.ts'

parentPort!.postMessage(findDamage(workerData as string))
