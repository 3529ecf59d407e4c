// What a User-Agent header says, in two words an operator reads. A guess: every browser claims to be all the others. Pure.

/** The first that fits counts: Edge and Opera also say Chrome, and Chrome also says Safari. */
const BROWSERS: readonly (readonly [name: string, version: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//],
]

const SYSTEMS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMacintosh\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
]

const LONGEST = 40

/** `Firefox 141, Linux` for a browser; for a program its own name, `curl/8.5.0`. */
export function agentName(userAgent: string): string {
  for (const [name, version] of BROWSERS) {
    const found = version.exec(userAgent)
    if (!found) continue
    const system = SYSTEMS.find(([, sign]) => sign.test(userAgent))?.[0]
    return `${name} ${found[1]}${system === undefined ? '' : `, ${system}`}`
  }
  return userAgent.split(' ', 1)[0]!.slice(0, LONGEST)
}
