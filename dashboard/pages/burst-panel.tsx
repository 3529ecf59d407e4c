// The test broadcast: the message of the form, many times at a rate, with its progress and a way to stop it.

import { useState } from 'preact/hooks'
import { formatCount, formatDuration, formatMilliseconds, formatPlural } from '../format.ts'
import { Field } from '../parts/field.tsx'
import type { Burst, BurstPlan } from '../state/burst.ts'
import { planFault } from '../state/burst.ts'
import { burst, cancelBurst, startBurst } from '../state/bursts.ts'
import type { Draft } from '../state/publication.ts'
import { ConfirmBurst } from './confirm-burst.tsx'

export function BurstPanel({ draft, valid }: { draft: Draft; valid: boolean }) {
  const [count, setCount] = useState('100')
  const [perSecond, setPerSecond] = useState('10')
  const [asking, setAsking] = useState<BurstPlan | null>(null)
  const last = burst.value
  const fault = planFault(count, perSecond)
  const plan = { count: Number(count), perSecond: Number(perSecond) }
  const isRunning = last?.state === 'running'
  return (
    <section class="panel">
      <h2>Test broadcast</h2>
      <div class="burst-plan">
        <Field label="Messages" hint="100" inputMode="numeric" value={count} onInput={setCount} />
        <Field label="A second" hint="10" inputMode="numeric" value={perSecond} onInput={setPerSecond} />
        {isRunning ? (
          <button type="button" class="button" onClick={cancelBurst}>
            Cancel
          </button>
        ) : (
          <button
            type="button"
            class="button"
            disabled={!valid || fault !== null}
            onClick={() => setAsking(plan)}
          >
            Start…
          </button>
        )}
      </div>
      {last ? (
        <BurstState burst={last} />
      ) : (
        <p class={fault ? 'field-fault' : 'faint curl-note'}>
          {fault ??
            `The message of the form, ${formatPlural(plan.count, 'time')} in ${formatDuration((plan.count / plan.perSecond) * 1000)}.`}
        </p>
      )}
      {asking && (
        <ConfirmBurst
          channel={draft.channel}
          plan={asking}
          onConfirm={() => startBurst(draft, asking)}
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  )
}

const STATE_WORDS: Record<Burst['state'], string> = {
  running: 'Sending',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Stopped',
}

function BurstState({
  burst: { state, channel, plan, sent, subscribers, tookMs, slowestMs, problem },
}: {
  burst: Burst
}) {
  const reached = tookMs > 0 ? sent / (tookMs / 1000) : 0
  return (
    <div class={`burst burst-${state}`}>
      <progress max={plan.count} value={sent} aria-label="Messages sent" />
      <p role={state === 'running' ? undefined : 'status'}>
        <strong>{STATE_WORDS[state]}</strong> {formatCount(sent)} of {formatCount(plan.count)} to{' '}
        <code>{channel}</code>
      </p>
      <p class="result-detail">
        <span>{formatPlural(subscribers, 'subscriber')}</span>
        <span>{formatDuration(tookMs)}</span>
        <span>{formatCount(reached)} a second</span>
        <span>slowest {formatMilliseconds(slowestMs)}</span>
      </p>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
