// What a person reads when the gateway is up: where it listens, the dashboard, a publish to paste (protocol §9). Pure.

import { relative } from 'node:path'
import type { LoadedConfig } from '../config/load-config.ts'
import { fileShortage } from './open-files.ts'

export interface ReadyOptions {
  /** Secrets generated at this start are shown once, and only on a terminal. */
  readonly isTerminal: boolean
  /** How this program was started: the paths of Node and of the entry. */
  readonly program: readonly string[]
  readonly allowedOpenFiles: number
}

/** The lines to print. */
export function readyLines(loaded: LoadedConfig, origin: string, options: ReadyOptions): string[] {
  const { isTerminal, program, allowedOpenFiles } = options
  const { config, generated, secretsFile } = loaded
  const file = relative(process.cwd(), secretsFile) || secretsFile
  const lines = [
    `Twinwire is listening on ${origin}`,
    `  dashboard  ${config.publicUrl ?? origin}/  (user ${config.admin.user})`,
  ]
  if (isTerminal && generated.adminPassword)
    lines.push(`  password   ${generated.adminPassword}  (shown once)`)
  if (isTerminal && generated.apiKey) lines.push(`  API key    ${generated.apiKey}  (shown once)`)
  if (Object.keys(generated).length > 0) lines.push(`  secrets    generated, kept in ${file}`)
  lines.push(
    `  example    ${config.publicUrl ?? origin}/examples/`,
    `  publish    curl ${origin}/api/publish -H "Authorization: Bearer ${keyOf(loaded, file, program)}" -d '{"channel":"public:demo","data":{"text":"Hello"}}'`,
  )
  const shortage = fileShortage(config.limits.connections, allowedOpenFiles)
  if (shortage !== null) lines.push(`  caution    ${shortage}`)
  return lines
}

/** How a shell gets the first API key without the line showing it. */
function keyOf({ apiKeyFrom }: LoadedConfig, file: string, program: readonly string[]): string {
  switch (apiKeyFrom) {
    case 'secretsFile':
      return `$(sed -n 's/.*"apiKey": "\\(.*\\)".*/\\1/p' ${quote(file)})`
    case 'environment':
      return '$TWINWIRE_API_KEY'
    case 'file':
      return `$(${program.map(quote).join(' ')} api-key)`
  }
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
