// Names for channels, all of one length, open to every reader by the gateway's own rules.

export function channelNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `public:bench-${String(index).padStart(6, '0')}`)
}
