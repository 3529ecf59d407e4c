// Who may do what: keys, rules, tokens, and the record of what was done. The address holds which part is open.

import { useLocation } from 'preact-iso'
import { PageHead } from '../parts/page-head.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { pageLink } from '../place.ts'
import { AuditPart } from './access-audit.tsx'
import { ExplainPart } from './access-explain.tsx'
import { KeysPart } from './access-keys.tsx'
import { RulesPart } from './access-rules.tsx'
import { TokenPart } from './access-token.tsx'

const PARTS = [
  { name: 'keys', label: 'API keys' },
  { name: 'rules', label: 'Rules' },
  { name: 'explain', label: 'Explain' },
  { name: 'token', label: 'Token' },
  { name: 'audit', label: 'Audit log' },
] as const

export function AccessPage() {
  const { query } = useLocation()
  const open = PARTS.find(({ name }) => name === query.tab)?.name ?? 'keys'
  const tabs = PARTS.map(part => ({ ...part, href: pageLink('access', { tab: part.name }) }))
  return (
    <div class="page">
      <PageHead title="Access" />
      <Tabs label="Parts of this page" tabs={tabs} open={open} />
      {open === 'keys' && <KeysPart />}
      {open === 'rules' && <RulesPart channel={query.channel ?? ''} />}
      {open === 'explain' && <ExplainPart query={query} />}
      {open === 'token' && <TokenPart />}
      {open === 'audit' && <AuditPart actor={query.actor ?? ''} action={query.action ?? ''} />}
    </div>
  )
}
