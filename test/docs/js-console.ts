// A console for the js blocks of a document: each goes on where the one before ended, as in a browser's. Started by
// terminal.ts, which names a file for each block. Knows no document.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { start } from 'node:repl'
import { PassThrough } from 'node:stream'

const repl = start({ input: new PassThrough(), output: new PassThrough(), prompt: '', useGlobal: true })

/** Runs code to its end, awaits included; what it declares stays. */
function evaluate(code: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    repl.eval(code, repl.context, 'block', (error, value) => (error ? reject(error) : resolve(value)))
  })
}

/** Consoles know no import statements. */
const withCalls = (code: string) =>
  code.replaceAll(/^import (\{.*?\}) from ('.*?')$/gm, 'const $1 = await import($2)')

for await (const file of createInterface({ input: process.stdin })) {
  let status = 0
  try {
    await evaluate(withCalls(readFileSync(file, 'utf8')))
  } catch (error) {
    process.stderr.write(`${(error as Error).stack}\n`)
    status = 1
  }
  process.stdout.write(`␞${status}␞`)
}
