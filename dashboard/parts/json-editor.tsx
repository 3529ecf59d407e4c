// A text field for JSON that says where the text goes wrong, and leads there.

import { useRef } from 'preact/hooks'
import { findJsonFault } from '../state/json-fault.ts'
import { reindent } from '../state/json-layout.ts'

export function JsonEditor({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  const area = useRef<HTMLTextAreaElement>(null)
  const fault = findJsonFault(value)

  function show(): void {
    if (!fault || !area.current) return
    area.current.focus()
    area.current.setSelectionRange(fault.offset, fault.offset + 1)
  }

  return (
    <div class="field">
      <div class="field-head">
        <label for="publish-data">Data, JSON</label>
        <button
          type="button"
          class="link-button"
          disabled={fault !== null}
          onClick={() => onInput(reindent(value))}
        >
          Format
        </button>
      </div>
      <textarea
        id="publish-data"
        ref={area}
        class="editor"
        rows={12}
        spellcheck={false}
        autocapitalize="none"
        aria-invalid={fault !== null}
        aria-describedby="publish-data-fault"
        value={value}
        onInput={event => onInput(event.currentTarget.value)}
      />
      <p id="publish-data-fault" class="editor-state" role="status">
        {fault ? (
          <button type="button" class="link-button field-fault" onClick={show}>
            Line {fault.line}, column {fault.column}: {fault.message}
          </button>
        ) : (
          <span class="faint">Valid JSON · {new TextEncoder().encode(value.trim()).length} bytes</span>
        )}
      </p>
    </div>
  )
}
