// The mark: two wires that trade places.

export function Logo({ size }: { size: number }) {
  return (
    <svg
      class="logo"
      viewBox="0 0 32 24"
      width={(size * 32) / 24}
      height={size}
      fill="none"
      aria-hidden="true"
    >
      <path class="logo-copper" d="M2 6h8l12 12h8" />
      <path class="logo-slate" d="M2 18h8l3-3M19 9l3-3h8" />
    </svg>
  )
}
