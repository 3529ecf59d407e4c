// Starts the dashboard in the page.

import { render } from 'preact'
import { LocationProvider } from 'preact-iso'
import 'uplot/dist/uPlot.min.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/link-state.css'
import './styles/shell.css'
import './styles/controls.css'
import './styles/parts.css'
import './styles/filters.css'
import './styles/dialog.css'
import './styles/tables.css'
import './styles/long-table.css'
import './styles/page.css'
import './styles/charts.css'
import './styles/overview.css'
import './styles/connections.css'
import './styles/channel.css'
import './styles/publish.css'
import './styles/events.css'
import './styles/access.css'
import './styles/login.css'
import { App } from './app.tsx'
import { checkSession } from './state/session.ts'

void checkSession()
const root = document.getElementById('app')
if (root) {
  render(
    <LocationProvider>
      <App />
    </LocationProvider>,
    root,
  )
}
