// Chooses what fills the window: the login, or the frame with the page that the address names.

import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { AccessPage } from './pages/access.tsx'
import { ChannelPage } from './pages/channel.tsx'
import { ChannelsPage } from './pages/channels.tsx'
import { ConnectionPage } from './pages/connection.tsx'
import { ConnectionsPage } from './pages/connections.tsx'
import { EventsPage } from './pages/events.tsx'
import { LoginPage } from './pages/login.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { PublishPage } from './pages/publish.tsx'
import { SettingsPage } from './pages/settings.tsx'
import { Forbidden } from './parts/forbidden.tsx'
import { Notice } from './parts/notice.tsx'
import { PageHead } from './parts/page-head.tsx'
import { Shell } from './parts/shell.tsx'
import { pageLink, pageOf } from './place.ts'
import { startFeed } from './state/feed.ts'
import { followFigures } from './state/figure-history.ts'
import { checkSession, mayWrite, session } from './state/session.ts'

export function App() {
  const current = session.value
  switch (current.name) {
    case 'checking':
      return <div class="blank" role="status" aria-label="Loading" />
    case 'unreachable':
      return (
        <div class="blank">
          <Notice kind="bad" title="The gateway does not answer">
            <p>{current.problem}</p>
            <button type="button" class="button" onClick={() => void checkSession()}>
              Try again
            </button>
          </Notice>
        </div>
      )
    case 'out':
      return <LoginPage note={current.note} />
    case 'in':
      return <SignedIn user={current.user} />
  }
}

function SignedIn({ user }: { user: string }) {
  useEffect(() => {
    const stops = [startFeed(), followFigures()]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
  const { path, query } = useLocation()
  const page = pageOf(path)
  return (
    <Shell user={user} page={page}>
      <Page page={page} name={query.name ?? ''} id={query.id ?? ''} />
    </Shell>
  )
}

function Page({ page, name, id }: { page: string; name: string; id: string }) {
  switch (page) {
    case '':
      return <OverviewPage />
    case 'connections':
      return <ConnectionsPage />
    case 'connection':
      return <ConnectionPage key={id} id={id} />
    case 'channels':
      return <ChannelsPage />
    case 'channel':
      // Another channel is another page: its tail starts anew.
      return <ChannelPage key={name} name={name} />
    case 'publish':
      return mayWrite.value ? <PublishPage /> : <Forbidden title="Publish" act="publish" />
    case 'events':
      return <EventsPage />
    case 'access':
      return <AccessPage />
    case 'settings':
      return <SettingsPage />
    default:
      return (
        <div class="page">
          <PageHead title="Not found" />
          <Notice kind="empty" title="There is no such page">
            <p>
              The address may be old or cut short. <a href={pageLink('')}>Go to the overview</a>
            </p>
          </Notice>
        </div>
      )
  }
}
