// Who is signed in. The cookie is the browser's; here are only the name and what to show for it.

import { computed, signal } from '@preact/signals'
import { authorizeRequests, explain, RequestError, request } from './request.ts'

export type Role = 'operator' | 'viewer'

export type Session =
  | { readonly name: 'checking' }
  | { readonly name: 'unreachable'; readonly problem: string }
  | { readonly name: 'out'; readonly note: string }
  | { readonly name: 'in'; readonly user: string; readonly role: Role }

interface SessionAnswer {
  user: string
  role: Role
  csrf: string
}

export const session = signal<Session>({ name: 'checking' })

/** Whether the one who is signed in may change anything: to a viewer the gateway refuses it. */
export const mayWrite = computed(() => session.value.name === 'in' && session.value.role === 'operator')

/** Asks the gateway whether the cookie still counts. */
export async function checkSession(): Promise<void> {
  try {
    enter(await request<SessionAnswer>('GET', 'session'))
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) {
      session.value = {
        name: 'out',
        note: session.value.name === 'in' ? 'Your session has ended: sign in again.' : '',
      }
    } else if (session.value.name !== 'in') session.value = { name: 'unreachable', problem: explain(error) }
  }
}

/** @throws RequestError when the gateway refuses */
export async function signIn(user: string, password: string): Promise<void> {
  enter(await request<SessionAnswer>('POST', 'session', JSON.stringify({ user, password })))
}

export async function signOut(): Promise<void> {
  await request('DELETE', 'session').catch(() => null)
  session.value = { name: 'out', note: 'You are signed out.' }
}

function enter({ user, role, csrf }: SessionAnswer): void {
  authorizeRequests(csrf, () => {
    session.value = { name: 'out', note: 'Your session has ended: sign in again.' }
  })
  session.value = { name: 'in', user, role }
}
