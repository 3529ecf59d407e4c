// Small line icons, drawn here so that nothing is loaded from elsewhere.

const PATHS: Record<string, string> = {
  overview: 'M2 13h3l2-9 3 11 2-6h2',
  connections: 'M3 5h7a3 3 0 0 1 0 6H6M13 11l-3 3M13 11l-3-3',
  channels: 'M3 4h10M3 8h10M3 12h6',
  publish: 'M14 2L7 9M14 2l-4 12-3-5-5-3z',
  events: 'M8 2a6 6 0 1 0 0 12 6 6 0 0 0 0-12M8 5v3l2.500 1.500',
  access: 'M10 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8M7 9l-5 5M4 12l2 2',
  settings: 'M2 5h7M13 5h1M11 3v4M2 11h1M7 11h7M5 9v4',
  more: 'M2.500 8h.500M7.750 8h.500M13 8h.500',
  copy: 'M6 6h8v8H6zM10 6V2H2v8h4',
  done: 'M3 8.500l3.500 3.500L13 4.500',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1M8 14v1M1 8h1M14 8h1M3 3l.700.700M12.300 12.300l.700.700M3 13l.700-.700M12.300 3.700L13 3',
  dark: 'M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z',
  search: 'M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9M10.500 10.500L14 14',
  close: 'M4 4l8 8M12 4l-8 8',
}

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" aria-hidden="true">
      <path d={PATHS[name] ?? ''} />
    </svg>
  )
}
