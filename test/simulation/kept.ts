// Lives that once broke a promise, one file each: a list of events, lived again by every `npm test`. Knows no seeds.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Event } from './event.ts'

const FOLDER = join(import.meta.dirname, 'kept')

/** The names of all kept lives. */
export function keptNames(): string[] {
  const files = readdirSync(FOLDER).filter(file => file.endsWith('.json'))
  return files.map(file => file.slice(0, -'.json'.length)).sort()
}

export function isKept(name: string): boolean {
  return existsSync(pathOf(name))
}

export function readKept(name: string): readonly Event[] {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as readonly Event[]
}

/** Writes a life, one event a line; answers where. */
export function keep(name: string, events: readonly Event[]): string {
  const lines = events.map(event => `  ${JSON.stringify(event)}`)
  writeFileSync(pathOf(name), `[\n${lines.join(',\n')}\n]\n`)
  return relative(process.cwd(), pathOf(name))
}

function pathOf(name: string): string {
  return join(FOLDER, `${name}.json`)
}
