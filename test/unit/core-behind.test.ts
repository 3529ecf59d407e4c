// A stream that was behind goes on from the tail: a channel without history, which never is behind, notices nothing.

import { expect, test } from 'vitest'
import { Core } from '../core/core.ts'
import { turns } from '../core/late-log.ts'

test('[C4] what was given while the stream was behind is not given again when it goes on from the tail', async () => {
  const core = new Core()
  const publish = (channel: string, count: number, data: string) =>
    core.context.publisher.publish(Array.from({ length: count }, () => ({ channel, data })))
  // More than a page that only the log has, then more than two chunks that the tail has.
  await publish('a', 150, '1')
  const other = core.connect(['a', 'u'])
  await other.opened
  await publish('a', 20, JSON.stringify('x'.repeat(10_000)))
  const peer = core.connect(['a', 'u'], { since: core.log.inner.cursor(0) })
  await peer.opened
  core.log.turns = () => 5
  await turns(2)
  await publish('u', 1, '"once"')
  await turns(60)
  expect(peer.link.of('message').filter(({ channel }) => channel === 'u')).toHaveLength(1)
  expect(peer.link.of('message').filter(({ channel }) => channel === 'a')).toHaveLength(170)
})
