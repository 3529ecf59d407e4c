// Who one connection is to the gateway, and what that lets it do. What proves it is not kept, so it cannot be shown.

import type { ConnectionDetail } from '../../shared/stats.ts'
import { formatInstant } from '../format.ts'
import { Fact } from '../parts/fact.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { When } from '../parts/when.tsx'

const KINDS: Readonly<Record<ConnectionDetail['kind'], string>> = {
  anonymous: 'Nobody in particular',
  client: 'A client',
  key: 'A backend, with an API key',
  operator: 'An operator of the dashboard',
}

const PROOFS: Readonly<Record<ConnectionDetail['kind'], string>> = {
  anonymous: 'none was shown',
  client: '•••••• checked, not kept',
  key: '•••••• only its hash is kept',
  operator: '•••••• a session, never shown',
}

export function ConnectionIdentity({ detail }: { detail: ConnectionDetail }) {
  const { kind, user, name, identity, sender } = detail
  const { info, asksHook, read, admin, role, expires } = identity
  return (
    <section class="connection-part connection-identity">
      <h2>Identity and grants</h2>
      <div class="panel">
        <dl class="facts">
          <Fact term="Is">{KINDS[kind]}</Fact>
          {user !== undefined && <Fact term="User">{user}</Fact>}
          {name !== undefined && <Fact term={kind === 'key' ? 'Key' : 'Operator'}>{name}</Fact>}
          <Fact term="Credential">{asksHook ? "the application's session, not kept" : PROOFS[kind]}</Fact>
          {role !== undefined && <Fact term="Role">{role}</Fact>}
          {expires !== undefined && (
            <Fact term="Ends" title={formatInstant(expires)}>
              <When time={expires} />
            </Fact>
          )}
          {sender !== undefined && <Fact term="Sender id">{sender}</Fact>}
          {read !== undefined && <Fact term="May read">{read || admin ? 'every channel' : 'nothing'}</Fact>}
          {admin !== undefined && <Fact term="May administer">{admin ? 'yes' : 'no'}</Fact>}
        </dl>
        {kind === 'client' && <Patterns title="May subscribe to" patterns={identity.subscribe} />}
        {(kind === 'client' || kind === 'key') && (
          <Patterns title="May publish to" patterns={identity.publish} />
        )}
        <p class="quiet">{beyond(detail)}</p>
        {info !== undefined && (
          <>
            <h3>Info, as presence shows it</h3>
            <JsonView text={JSON.stringify(info, null, 2)} />
          </>
        )}
      </div>
    </section>
  )
}

function beyond({ kind, identity }: ConnectionDetail): string {
  if (kind === 'operator')
    return identity.role === 'viewer' ? 'Sees every channel, and changes nothing.' : 'Sees every channel.'
  if (kind === 'key') return 'A key is not asked for the rules of channels.'
  const more = identity.asksHook ? ' The application is asked about every other channel.' : ''
  return `Beside what the rules of the channels give ${kind === 'client' ? 'every user' : 'everybody'}.${more}`
}

function Patterns({ title, patterns = [] }: { title: string; patterns?: readonly string[] | undefined }) {
  return (
    <div class="patterns">
      <h3>{title}</h3>
      {patterns.length === 0 && <span class="faint">nothing is granted</span>}
      {patterns.map(pattern => (
        <code key={pattern} class="pattern">
          {pattern}
        </code>
      ))}
    </div>
  )
}
