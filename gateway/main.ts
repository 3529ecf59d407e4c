// The process: reads the configuration, starts the gateway, and turns signals and mistakes into exits. Knows no protocol.

import { flushCompileCache } from 'node:module'
import type { Gateway } from './app.ts'
import { UsageError } from './cli/command.ts'
import { runCommand } from './cli/commands.ts'
import { ConfigError } from './config/config-error.ts'
import { loadConfig } from './config/load-config.ts'
import { LogUnusable } from './log/log-unusable.ts'
import { keepHeapSmall } from './ops/heap.ts'
import { allowedOpenFiles } from './ops/open-files.ts'
import { readyLines } from './ops/ready-lines.ts'
import { RecordsUnusable } from './records/records-unusable.ts'

/** EX_CONFIG of sysexits.h: something was configured wrong. */
const EXIT_CONFIG = 78
const EXIT_FAILURE = 1
/** EX_USAGE. */
const EXIT_USAGE = 64

async function main(): Promise<void> {
  const words = process.argv.slice(2)
  if (words.length > 0) return runCommand(words)
  const loaded = await loadConfig({ cwd: process.cwd(), env: process.env })
  keepHeapSmall()
  // Not before: commands need none of it, and take half the time without.
  const { startGateway } = await import('./app.ts')
  const gateway = await startGateway(loaded.config, loaded.running)
  handleSignals(gateway, loaded.config.drainMs)
  const isTerminal = process.stdout.isTTY === true
  const program = [process.execPath, process.argv[1]!]
  const options = { isTerminal, program, allowedOpenFiles: allowedOpenFiles() }
  for (const line of readyLines(loaded, gateway.origin, options)) say(line)
  // Not only at the end: the next start gains from it even if this process is killed.
  flushCompileCache()
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** The first signal drains; a second one, or Ctrl-C at a terminal, does not wait for the window to pass. */
function handleSignals(gateway: Gateway, drainMs: number): void {
  let isStopping = false
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) return gateway.hurry()
    isStopping = true
    const drained = gateway.drain()
    if (signal === 'SIGINT') gateway.hurry()
    else
      say(
        `Stopping: clients are asked to come back; this takes ${drainMs / 1000} s, a second signal ends it at once.`,
      )
    await drained
    await gateway.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal).catch(exitWith))
}

/** One line that says what to do; a stack only for what nobody expected. */
function explain(error: unknown): { line: string; exitCode: number } {
  if (error instanceof ConfigError) return { line: error.message, exitCode: EXIT_CONFIG }
  if (error instanceof UsageError) return { line: error.message, exitCode: EXIT_USAGE }
  if (error instanceof LogUnusable || error instanceof RecordsUnusable)
    return { line: error.message, exitCode: EXIT_FAILURE }
  const { code, syscall, address, port, message } = error as NodeJS.ErrnoException & {
    address?: string
    port?: number
  }
  if (code === 'EADDRINUSE') {
    const line = `Port ${port} on ${address} is taken: stop the program that listens there, or set another port (TWINWIRE_PORT).`
    return { line, exitCode: EXIT_FAILURE }
  }
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    return { line: `The gateway cannot listen (${message}): set host and port.`, exitCode: EXIT_FAILURE }
  }
  return { line: error instanceof Error ? (error.stack ?? message) : String(error), exitCode: EXIT_FAILURE }
}

function exitWith(error: unknown): never {
  const { line, exitCode } = explain(error)
  process.stderr.write(`twinwire: ${line}\n`)
  process.exit(exitCode)
}

main().catch(exitWith)
