// One connection: who it is, what it may do, where it stands in its channels, and what happened to it.

import { useEffect, useState } from 'preact/hooks'
import type { ConnectionDetail } from '../../shared/stats.ts'
import { agentName } from '../../shared/user-agent.ts'
import { formatBytes, formatCount, formatInstant, formatMilliseconds } from '../format.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Fact } from '../parts/fact.tsx'
import { ListLoading } from '../parts/list-state.tsx'
import { Notice } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { ReadFault } from '../parts/read-fault.tsx'
import { Status } from '../parts/status.tsx'
import { When } from '../parts/when.tsx'
import { pageLink } from '../place.ts'
import { type ConnectionState, watchConnection } from '../state/connection-detail.ts'
import { mayWrite } from '../state/session.ts'
import { ConnectionEvents } from './connection-events.tsx'
import { ConnectionIdentity } from './connection-identity.tsx'
import { ConnectionSubscriptions } from './connection-subscriptions.tsx'
import { behindTitle, behindWords, isOwn, noRoundTrip } from './connections-table.tsx'
import { DisconnectOne } from './disconnect.tsx'

export function ConnectionPage({ id }: { id: string }) {
  const [watch] = useState(() => watchConnection(id))
  useEffect(() => watch.stop, [watch])
  const state = watch.state.value
  const { detail } = state
  const isUnknown = state.name === 'gone' && detail === null
  return (
    <div class="page">
      <ConnectionHead id={id} state={state} />
      {state.name === 'failed' && (
        <ReadFault what="The connection" problem={state.problem} onReload={watch.reload} />
      )}
      {state.name === 'loading' && <ListLoading />}
      {isUnknown && <NotHere />}
      {detail && <ConnectionFacts detail={detail} />}
      <div class={detail ? 'connection' : ''}>
        {detail && <ConnectionSubscriptions detail={detail} />}
        {detail && <ConnectionIdentity detail={detail} />}
        {id !== '' && <ConnectionEvents id={id} />}
      </div>
    </div>
  )
}

function ConnectionHead({ id, state: { name, detail } }: { id: string; state: ConnectionState }) {
  const [isAsking, setAsking] = useState(false)
  const [done, setDone] = useState('')
  const who = detail && (detail.user ?? detail.name ?? detail.kind)
  return (
    <PageHead
      title={who ?? 'Connection'}
      end={
        <>
          {detail?.user !== undefined && (
            <a href={pageLink('connections', { user: detail.user })}>All of {detail.user}</a>
          )}
          <a href={pageLink('connections')}>All connections</a>
          {detail && name === 'open' && mayWrite.value && !isOwn(id) && (
            <button type="button" class="button button-small button-danger" onClick={() => setAsking(true)}>
              Disconnect
            </button>
          )}
          {isOwn(id) && <span class="faint">This page's own connection</span>}
        </>
      }
    >
      {name === 'open' && <Status kind="good">Connected</Status>}
      {name === 'gone' && detail && <Status kind="note">Ended</Status>}
      {id !== '' && (
        <p class="connection-id">
          <code>{id}</code>
          <CopyButton text={id} label="Copy the id" />
        </p>
      )}
      <p class="done" role="status">
        {done}
      </p>
      {isAsking && detail && (
        <DisconnectOne connection={detail} onDone={setDone} onClose={() => setAsking(false)} />
      )}
    </PageHead>
  )
}

function NotHere() {
  return (
    <Notice kind="empty" title="No connection with this id is open here">
      <p>It may have ended: what is known of it stands below.</p>
    </Notice>
  )
}

function ConnectionFacts({ detail }: { detail: ConnectionDetail }) {
  const { transport, address, userAgent, since, messages, bytes, pendingBytes, roundTripMs } = detail
  const { behind, replaying } = detail
  return (
    <dl class="strip">
      <Fact term="Transport">{transport === 'sse' ? 'SSE' : 'WebSocket'}</Fact>
      <Fact term="Address" title={address}>
        {address}
      </Fact>
      <Fact term="Browser" title={userAgent}>
        {userAgent === undefined ? 'unknown' : agentName(userAgent)}
      </Fact>
      <Fact term="Connected" title={formatInstant(since)}>
        <When time={since} />
      </Fact>
      <Fact term="Messages sent">{formatCount(messages)}</Fact>
      <Fact term="Bytes sent">{formatBytes(bytes)}</Fact>
      <Fact term="Pending">{pendingBytes > 0 ? formatBytes(pendingBytes) : '–'}</Fact>
      <Fact term="Behind by" title={behindTitle(replaying)}>
        {behindWords(behind, replaying)}
      </Fact>
      <Fact term="Round trip" title={roundTripMs === undefined ? noRoundTrip(transport) : undefined}>
        {roundTripMs === undefined ? '–' : formatMilliseconds(roundTripMs)}
      </Fact>
    </dl>
  )
}
