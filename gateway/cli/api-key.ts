// The command `twinwire api-key`: prints the first API key of the configuration, for a shell to put into a request.
// Starts nothing.

import { loadConfig } from '../config/load-config.ts'
import type { Command } from './command.ts'

/** Prints the key alone, so that `$(twinwire api-key)` is it. */
export const apiKey: Command = {
  name: 'api-key',
  summary: 'prints the first API key',
  async run() {
    const { config } = await loadConfig({ cwd: process.cwd(), env: process.env })
    process.stdout.write(`${config.apiKeys[0]!.key}\n`)
  },
}
