// The command `twinwire restore FILE`: puts a backup in the place of the log, while no gateway runs. Knows no database.

import { makeDataFolder } from '../config/data-folder.ts'
import { loadDataDir } from '../config/load-config.ts'
import { restore as restoreLog } from '../log/restore.ts'
import { type Command, UsageError } from './command.ts'
import { startProgress } from './progress.ts'

export const restore: Command = {
  name: 'restore',
  summary: 'puts a backup in the place of the log',
  async run(args) {
    const [source, ...more] = args
    if (!source || source.startsWith('-') || more.length > 0) {
      throw new UsageError('name one file that "twinwire backup" made: twinwire restore FILE')
    }
    const dataDir = await loadDataDir({ cwd: process.cwd(), env: process.env })
    makeDataFolder(dataDir)
    const progress = startProgress('Copying the backup')
    let kept: string | null
    try {
      kept = await restoreLog({ dataDir, source, now: new Date(), onProgress: progress.tell })
    } finally {
      progress.end()
    }
    const old = kept === null ? '' : ` The log that was there is kept as ${kept}; delete it when all is well.`
    process.stdout.write(
      `The log of ${dataDir} is the one of ${source}; clients that come back are told of a reset.${old}\n`,
    )
  },
}
