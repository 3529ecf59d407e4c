// docs/access.md shows the access table that a gateway is compared with. `ACCESS_TABLE=write` brings the page up to date.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PRINTED } from '../access/printed.ts'

const PAGE = join(import.meta.dirname, '../../docs/access.md')

const block = (name: string) => new RegExp(`<!-- table: ${name} -->\n[^]*?<!-- end -->`)

test.each(Object.keys(PRINTED))('the table "%s" of docs/access.md is the one that is tested', name => {
  const page = readFileSync(PAGE, 'utf8')
  const printed = `<!-- table: ${name} -->\n\n${PRINTED[name]}\n\n<!-- end -->`
  if (process.env.ACCESS_TABLE === 'write')
    writeFileSync(
      PAGE,
      page.replace(block(name), () => printed),
    )
  expect(block(name).exec(readFileSync(PAGE, 'utf8'))?.[0]).toBe(printed)
})
