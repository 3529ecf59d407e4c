// The command line: which commands there are, and what is said when one is called wrongly.

import { expect, it } from 'vitest'
import { UsageError } from '../../gateway/cli/command.ts'
import { runCommand } from '../../gateway/cli/commands.ts'

const wrong: [string[], RegExp][] = [
  [['sing'], /no command "sing".*api-key, backup, explain, hash-password, help, key, restore, token/],
  [['backup'], /twinwire backup FILE \[--force\]$/],
  [['backup', 'a', 'b'], /twinwire backup FILE \[--force\]$/],
  [['backup', '--frce', 'a'], /--frce.*twinwire backup FILE \[--force\]$/],
  [['restore'], /twinwire restore FILE$/],
  [['restore', 'a', 'b'], /twinwire restore FILE$/],
  [['restore', '--force', 'a'], /twinwire restore FILE$/],
]

it.for(wrong)('%j is answered with how it is right', async ([words, says]) => {
  const error = await runCommand(words).then(
    () => null,
    (refused: Error) => refused,
  )
  expect(error).toBeInstanceOf(UsageError)
  expect(error!.message).toMatch(says)
  expect(error!.message).not.toContain('\n')
})
