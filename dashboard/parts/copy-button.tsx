// Puts a text on the clipboard and says whether it is there.

import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

const SAID_MS = 2000

/** `label` names what is copied, for those who do not see it. */
export function CopyButton({ text, label, words = 'Copy' }: { text: string; label: string; words?: string }) {
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(() => setSaid(''), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      // Outside of https and localhost there is no clipboard.
      setSaid('Select and copy by hand')
    }
  }

  return (
    <button type="button" class="button button-small copy" aria-label={label} onClick={() => void copy()}>
      <Icon name={said === 'Copied' ? 'done' : 'copy'} />
      <span role="status">{said || words}</span>
    </button>
  )
}
