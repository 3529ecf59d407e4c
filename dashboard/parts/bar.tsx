// A share as a bar, beside the figures that say the same in words. Drawn, because browsers' own meters cannot be
// styled alike, and no inline style is allowed.

export function Bar({ share }: { share: number }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10
  return (
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={percent} height="1" />
    </svg>
  )
}
