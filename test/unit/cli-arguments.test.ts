// The command line, called wrongly: refused in one sentence before anything is read or written.

import { expect, test, vi } from 'vitest'
import { UsageError } from '../../gateway/cli/command.ts'
import { runCommand } from '../../gateway/cli/commands.ts'

test.each<[string, RegExp]>([
  ['sing', /there is no command "sing": .*api-key, .*key, .*token/],
  ['key', /write key create NAME/],
  ['key create', /write key create NAME/],
  ['key create a b', /write key create NAME/],
  ['key create a --write', /Unknown option '--write'.*write key create NAME/],
  ['key create a --publish', /argument missing.*write key create NAME/],
  ['key list a', /write key create NAME/],
  ['key list --read', /only create takes options/],
  ['key revoke', /write key create NAME/],
  ['explain write a', /write explain subscribe\|publish\|read\|presence CHANNEL/],
  ['explain read', /write explain/],
  ['explain read a b', /write explain/],
  ['explain read a --who b', /Unknown option '--who'.*write explain/],
  ['token ann', /write token \[--user NAME\]/],
  ['token --expires soon', /--expires soon is no duration/],
  ['token --expires 0', /--expires 0 is no duration/],
  ['token --info {', /--info is no JSON/],
])('twinwire %s', async (words, sentence) => {
  const run = runCommand(words.split(' '))
  await expect(run).rejects.toThrow(UsageError)
  await expect(run).rejects.toThrow(sentence)
})

test.each(['help', '--help', '-h'])('twinwire %s says what each command does', async word => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await runCommand([word])
  const lines = write.mock.calls.map(([text]) => String(text))
  write.mockRestore()
  expect(lines).toHaveLength(9)
  expect(lines).toContain('twinwire backup         copies the log of a running or stopped gateway\n')
})
