// The way in: an operator's name and password for a session.

import { useEffect, useRef, useState } from 'preact/hooks'
import { Logo } from '../parts/logo.tsx'
import { ThemeSwitch } from '../parts/shell.tsx'
import { explain } from '../state/request.ts'
import { signIn } from '../state/session.ts'

export function LoginPage({ note }: { note: string }) {
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  const secret = useRef<HTMLInputElement>(null)
  useEffect(() => {
    document.title = 'Sign in · Twinwire'
    first.current?.focus()
  }, [])

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (busy) return
    const form = new FormData(event.currentTarget as HTMLFormElement)
    setBusy(true)
    try {
      await signIn(String(form.get('user')), String(form.get('password')))
    } catch (error) {
      setProblem(explain(error))
      setBusy(false)
      secret.current?.focus()
      secret.current?.select()
    }
  }

  return (
    <main class="login">
      <div class="login-wires" aria-hidden="true" />
      <form class="login-form" onSubmit={event => void submit(event)}>
        <h1>
          <Logo size={26} />
          Twinwire
        </h1>
        <p class={problem ? 'login-note problem' : 'login-note'} role={problem ? 'alert' : 'status'}>
          {problem || note || 'Sign in to see what the gateway is doing.'}
        </p>
        <label class="field">
          <span>User</span>
          <input
            ref={first}
            name="user"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
          />
        </label>
        <label class="field">
          <span>Password</span>
          <input ref={secret} name="password" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit" class="button button-main" aria-busy={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <div class="login-foot">
        <ThemeSwitch />
      </div>
    </main>
  )
}
