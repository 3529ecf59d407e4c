// The parts of a page, as links: the address holds which one is open.

export interface Tab {
  readonly name: string
  readonly label: string
  readonly href: string
}

export function Tabs({ label, tabs, open }: { label: string; tabs: readonly Tab[]; open: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(tab => (
        <a key={tab.name} href={tab.href} aria-current={tab.name === open ? 'page' : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  )
}
