// A share as a bar. Drawn, because the browsers' own meters cannot be styled alike, and no inline style is allowed.

export function Bar({ share, label }: { share: number; label?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10
  const named = label
    ? ({
        role: 'meter',
        'aria-label': label,
        'aria-valuenow': percent,
        'aria-valuemin': 0,
        'aria-valuemax': 100,
      } as const)
    : ({ 'aria-hidden': true } as const)
  return (
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" {...named}>
      <rect width={percent} height="1" />
    </svg>
  )
}
