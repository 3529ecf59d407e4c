// A filter with its name inside its frame: a text that has to fit, or one of a few choices.

import { useEffect, useId, useState } from 'preact/hooks'

interface FilterProps {
  name: string
  label: string
  value: string | undefined
  onSet: (name: string, value: string) => void
}

interface TextFilterProps extends FilterProps {
  /** What a text has to be to fit, for who hovers. */
  rule: string
}

/** Takes effect when it is left or entered: half a name matches nobody. */
export function TextFilter({ name, label, rule, value = '', onSet }: TextFilterProps) {
  const id = useId()
  // The page is drawn anew each second, which must not take back what is being typed.
  const [draft, setDraft] = useState(value)
  useEffect(() => setDraft(value), [value])
  return (
    <div class={value === '' ? 'filter' : 'filter filter-set'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={draft}
        placeholder="any"
        title={rule}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onChange={event => onSet(name, event.currentTarget.value)}
        onInput={event => {
          const text = event.currentTarget.value
          setDraft(text)
          // The cross in the field, which changes nothing until it is left.
          if (text === '') onSet(name, '')
        }}
      />
    </div>
  )
}

interface ChoiceFilterProps extends FilterProps {
  /** By value; the empty one is what counts without any. */
  options: readonly (readonly [value: string, label: string])[]
}

export function ChoiceFilter({ name, label, options, value = '', onSet }: ChoiceFilterProps) {
  const id = useId()
  return (
    <div class={`filter filter-${name}${value === '' ? '' : ' filter-set'}`}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={event => onSet(name, event.currentTarget.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}
