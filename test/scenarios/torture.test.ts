// A bounded torture of the real thing (R1–R4, R6, H1, H2), and the proof that it sees a gateway that is wrong.
// `npm run torture` goes on for as long as you like.

import { expect, type TestContext, test } from 'vitest'
import type { Tamper } from '../torture/fault-proxy.ts'
import { type Progress, World, type WorldOptions } from '../torture/world.ts'

const OPTIONS: Omit<WorldOptions, 'seed'> = {
  // A busy machine takes its time; a quiet one has enough after some seconds.
  seconds: 180,
  readers: 16,
  publishers: 3,
  lifeMs: 1000,
  maxPauseMs: 100,
}

/** The folder of a world in which something broke is kept: its trace is the evidence. */
async function live(t: TestContext, options: WorldOptions): Promise<World> {
  const world = await World.create(options)
  t.onTestFinished(({ task }) => world.close(task.result?.state === 'fail'))
  await world.run()
  return world
}

test('[R1][R2][R3][R4][R6][H1][H2] torture: kills, cuts and stalls break no promise', async t => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 32)
  const isEnough = ({ seconds, kills, terms, delivered, gaps }: Progress) =>
    seconds >= 8 && kills + terms >= 3 && delivered > 1000 && gaps > 0
  const world = await live(t, { ...OPTIONS, seed, isEnough })
  expect(world.verdict.violations, `seed ${seed}, trace ${world.trace.path}`).toEqual([])
  expect(isEnough(world.progress())).toBe(true)
})

/**
 * Of the events on their way every fortieth is lost, and every fortieth comes twice. Not each of them is a violation:
 * what is lost may have been of a channel without history, or its time may be over before it is missed.
 */
function loseAndRepeat(): Tamper {
  const event = /(?<=\n\n)id: [^\n]+\ndata: \{"type":"message"[^\n]*\n\n/
  let seen = 0
  return chunk => {
    const text = chunk.toString('latin1')
    if (!event.test(text)) return chunk
    seen += 1
    if (seen % 40 === 20) return Buffer.from(text.replace(event, ''), 'latin1')
    if (seen % 40 === 0) return Buffer.from(text.replace(event, '$&$&'), 'latin1')
    return chunk
  }
}

test('[R2] torture: lost messages and repeated messages do not go unseen', async t => {
  const tamper = loseAndRepeat()
  // A loss is one, a repetition two, for its channel and for the stream: both kinds are among so many.
  const isEnough = ({ violations }: Progress) => violations >= 12
  const world = await live(t, { ...OPTIONS, seed: 1, hasFaults: false, isEnough, tamper })
  const texts = world.verdict.violations.map(({ rule, text }) => `[${rule}] ${text}`)
  expect(texts.some(text => /^\[R2\] .* is missing, and no gap covers it/.test(text))).toBe(true)
  expect(texts.some(text => /^\[R2\] .* came, after everything up to/.test(text))).toBe(true)
})
