// The audit log as the dashboard reads it. Pure.

export interface AuditEntry {
  readonly id: number
  readonly time: number
  readonly kind: 'operator' | 'key' | 'console' | 'gateway' | 'nobody'
  readonly actor: string
  readonly address?: string
  readonly action: string
  readonly target?: string
  readonly detail?: string
  readonly count: number
  readonly lastTime?: number
}

/** In the order in which they are offered as a filter. */
export const AUDIT_ACTIONS: Readonly<Record<string, string>> = {
  login: 'Signed in',
  login_failed: 'Failed to sign in',
  login_throttled: 'Sign-ins held back',
  logout: 'Signed out',
  logout_everywhere: 'Signed out everywhere',
  publish: 'Published',
  purge: 'Purged',
  delete_message: 'Deleted a message',
  disconnect: 'Disconnected',
  disconnect_user: 'Disconnected a user',
  key_create: 'Made a key',
  key_revoke: 'Revoked a key',
  start: 'Started the gateway',
}

/** What cannot be taken back, and what somebody may be trying. */
export function auditSeverity(action: string): 'note' | 'warn' | 'bad' {
  if (action === 'login_failed' || action === 'login_throttled') return 'bad'
  return ['purge', 'delete_message', 'disconnect', 'disconnect_user', 'key_revoke'].includes(action)
    ? 'warn'
    : 'note'
}
