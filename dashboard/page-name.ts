// The dashboard's pages, as they stand in the address.

export type PageName =
  | ''
  | 'connections'
  | 'connection'
  | 'channels'
  | 'channel'
  | 'publish'
  | 'events'
  | 'access'
  | 'settings'
