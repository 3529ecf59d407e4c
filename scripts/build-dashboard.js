// Builds the dashboard when it is missing or older than its sources. Knows no gateway; `npm start` and the tests run it.

import { join } from 'node:path'
import { build } from 'vite'
import { announce, isStale } from './freshness.js'

const root = join(import.meta.dirname, '..')
const sources = ['dashboard', 'clients/js', 'shared', 'package-lock.json'].map(path => join(root, path))
const built = join(root, 'dashboard/dist/index.html')

// A test runner says "test" here, from which Vite makes a build for developers, a seventh larger.
process.env.NODE_ENV = 'production'

if (isStale(built, sources))
  await announce('dashboard', () => build({ root: join(root, 'dashboard'), logLevel: 'warn' }))
