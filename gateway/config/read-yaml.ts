// Reads a YAML file into plain values, with every failure told as one line. Knows no key.

import { readFile } from 'node:fs/promises'
import { type Document, parseDocument, type YAMLError } from 'yaml'
import { ConfigError } from './config-error.ts'

/** The values of a YAML file; `null` when there is no such file. `name` is what error lines call it. */
export async function readYaml(path: string, name: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw new ConfigError(name, `the file cannot be read (${code ?? message}); make it a readable file.`)
  }
  const document = parseDocument(text)
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) throw new ConfigError(name, describe(problem))
  return toValues(document, name)
}

/** An empty file sets nothing. Aliases that unfold without end are refused by the parser here. */
function toValues(document: Document, name: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    throw new ConfigError(name, `the file is no usable YAML: ${(error as Error).message}.`)
  }
}

/** The parser's first line repeats the place, and its further lines draw the text around it. */
function describe(problem: YAMLError): string {
  const [place] = problem.linePos ?? []
  const what = problem.message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, '')
  return place ? `line ${place.line}, column ${place.col}: ${what}.` : `${what}.`
}
