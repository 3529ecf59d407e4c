// `/api/settings`: the configuration as it runs, without its secrets, and the versions of what runs it. Reads no files.

import type { ApiScope } from './api-scope.ts'
import type { ApiDeps } from './deps.ts'
import { requireAdmin } from './guard.ts'
import { problems } from './problem-schema.ts'
import { Type } from './schema.ts'

const SETTING = Type.Object(
  {
    key: Type.String({ description: 'Dotted path in the configuration file.' }),
    value: Type.Unknown({ description: 'As it is written; `(hidden)` in place of a secret; null: not set.' }),
    default: Type.Unknown({ description: 'What counts if nothing is set; null: nothing does.' }),
    source: Type.Enum(['file', 'environment', 'generated', 'default'], {
      description: 'Where the value comes from; `generated`: made at the first start, kept in secrets.json.',
    }),
    variable: Type.Optional(Type.String({ description: 'The environment variable, if it is one.' })),
    isChanged: Type.Boolean({ description: 'Whether it was set to something else than the default.' }),
    why: Type.String({ description: 'What it is for, or why its default is what it is.' }),
  },
  {
    examples: [
      {
        key: 'heartbeat',
        value: '10s',
        default: '25s',
        source: 'file',
        isChanged: true,
        why: 'below the 30 s after which the strictest proxies hang up',
      },
    ],
  },
)

const SCHEMA = {
  summary: 'The configuration as it runs',
  description: 'Every key with its value and where that comes from. Secrets are left out.',
  tags: ['gateway'],
  response: {
    200: Type.Object(
      {
        file: Type.Union([Type.String(), Type.Null()], {
          description: 'The configuration file; null: none.',
        }),
        settings: Type.Array(SETTING),
        versions: Type.Object({ gateway: Type.String(), node: Type.String(), sqlite: Type.String() }),
        platform: Type.String({ description: 'Operating system and architecture.' }),
      },
      { description: 'The settings.' },
    ),
    ...problems(401, 403),
  },
}

export function settingsRoute(
  api: ApiScope,
  { running, version, sqliteVersion }: Pick<ApiDeps, 'running' | 'version' | 'sqliteVersion'>,
): void {
  const versions = { gateway: version, node: process.versions.node, sqlite: sqliteVersion }
  const answer = { ...running, versions, platform: `${process.platform} ${process.arch}` }
  api.get('/settings', { schema: SCHEMA, onRequest: requireAdmin }, async () => answer)
}
