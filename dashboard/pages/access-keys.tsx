// API keys: which there are, what each may do, when it was last used; making and revoking them.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { formatCount, formatPlural } from '../format.ts'
import type { Column } from '../parts/column.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ListFault, ListLoading } from '../parts/list-state.tsx'
import { Table } from '../parts/table.tsx'
import { When } from '../parts/when.tsx'
import type { KeyView } from '../state/api-keys.ts'
import { request } from '../state/request.ts'
import { mayWrite } from '../state/session.ts'
import { createLiveList } from '../state/snapshot.ts'
import { NewKey } from './new-key.tsx'

async function load(): Promise<{ list: readonly KeyView[]; more: boolean }> {
  const { keys } = await request<{ keys: KeyView[] }>('GET', 'keys')
  return { list: keys, more: false }
}

export function KeysPart() {
  const list = useMemo(() => createLiveList(load, keys => keys), [])
  useEffect(() => list.stop, [list])
  const [isMaking, setMaking] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const [revoking, setRevoking] = useState<KeyView | null>(null)
  const [done, setDone] = useState('')
  const snapshot = list.value.value
  const keys = snapshot.list
  const columns = useMemo(() => keyColumns(setRevoking), [])
  const changed = (words: string) => {
    setDone(words)
    list.reload()
  }
  return (
    <>
      <div class="toolbar">
        <p class="quiet" role="status">
          {done || (keys ? `${formatPlural(keys.length, 'key')} with which backends call the API.` : '')}
        </p>
        {mayWrite.value && (
          <button ref={opener} type="button" class="button button-main" onClick={() => setMaking(true)}>
            New key
          </button>
        )}
      </div>
      <ListFault snapshot={snapshot} onReload={list.reload} />
      {keys === null && snapshot.name === 'loading' && <ListLoading />}
      {keys && (
        <Table<KeyView>
          caption="API keys"
          columns={columns}
          count={keys.length}
          rowAt={index => keys[index]}
          keyOf={({ name }) => name}
          cards
        />
      )}
      {isMaking && (
        <NewKey
          onMade={name => changed(`The key ${name} is made.`)}
          onClose={() => {
            setMaking(false)
            // The second of two dialogs knows only of the first.
            opener.current?.focus()
          }}
        />
      )}
      {revoking && <Revoke apiKey={revoking} onDone={changed} onClose={() => setRevoking(null)} />}
    </>
  )
}

function keyColumns(onRevoke: (key: KeyView) => void): readonly Column<KeyView>[] {
  return [
    { name: 'name', title: 'Name', isName: true, cell: ({ name }) => <code class="key-name">{name}</code> },
    { name: 'publish', title: 'Publishes to', class: 'cell-patterns', cell: key => <Patterns {...key} /> },
    { name: 'rights', title: 'Also', cell: key => <Rights {...key} /> },
    { name: 'rate', title: 'Rate', isNumber: true, cell: key => rateWords(key.publishPerSecond) },
    { name: 'used', title: 'Last used', cell: key => <Moment time={key.lastUsed} never="never" /> },
    { name: 'made', title: 'Made', cell: key => <Made {...key} /> },
    {
      name: 'action',
      title: 'Action',
      isUntitled: true,
      class: 'cell-action',
      cell: key => <RevokeButton apiKey={key} onRevoke={onRevoke} />,
    },
  ]
}

function Patterns({ publish }: KeyView) {
  if (publish.length === 0) return <span class="faint">nothing</span>
  return publish.map(pattern => (
    <code key={pattern} class="pattern">
      {pattern}
    </code>
  ))
}

function Rights({ read, admin }: KeyView) {
  if (!read && !admin) return <span class="faint">–</span>
  return (
    <span class="tags">
      {read && <span class="tag">read</span>}
      {admin && <span class="tag tag-live">admin</span>}
    </span>
  )
}

function rateWords(perSecond: number | undefined): string {
  return perSecond === undefined ? '–' : `${formatCount(perSecond)}/s`
}

function Moment({ time, never }: { time: number | undefined; never: string }) {
  return time === undefined ? <span class="faint">{never}</span> : <When time={time} />
}

function Made({ origin, created, createdBy }: KeyView) {
  if (origin === 'configuration') return <span class="faint">in the configuration</span>
  return (
    <>
      <Moment time={created} never="–" /> <span class="faint">by {createdBy}</span>
    </>
  )
}

function RevokeButton({ apiKey, onRevoke }: { apiKey: KeyView; onRevoke: (key: KeyView) => void }) {
  if (!mayWrite.value || apiKey.origin === 'configuration') return null
  return (
    <button
      type="button"
      class="button button-small"
      aria-label={`Revoke ${apiKey.name}`}
      onClick={() => onRevoke(apiKey)}
    >
      Revoke
    </button>
  )
}

interface RevokeProps {
  apiKey: KeyView
  /** Takes what was done, as a sentence. */
  onDone: (words: string) => void
  onClose: () => void
}

function Revoke({ apiKey: { name, lastUsed }, onDone, onClose }: RevokeProps) {
  async function revoke(): Promise<void> {
    await request('DELETE', `keys/${encodeURIComponent(name)}`)
    onDone(`The key ${name} is revoked.`)
  }
  return (
    <Confirm title={`Revoke ${name}?`} action="Revoke" endsOpener onConfirm={revoke} onClose={onClose}>
      <p>
        What calls with it is refused from now on (401), and its connections are closed. There is no way back:
        a new key is another text.
      </p>
      <p class="quiet">
        Last used: <Moment time={lastUsed} never="never" />
      </p>
    </Confirm>
  )
}
