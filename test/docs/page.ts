// A document as a list of steps: its code blocks, and what comments that no reader sees say about them. Runs nothing.
//
// `sh`, `js` and `php` blocks are run in their order, `text` blocks are what the one before printed (`…` stands for
// anything). Blocks of a language go on where the one before ended; a block that begins with `<?php` is a file. Comments, each on a line of its own:
//
//   <!-- not run: why -->        the next block is only read
//   <!-- fails -->               the next block is to end with an error
//   <!-- save: page.html -->     the next block is the content of a file
//   <!-- configure -->           the next block (yaml) is the gateway's configuration from now on
//   <!-- keep: listener -->      the next block is started in a terminal of its own and goes on
//   <!-- printed by: listener -->  the next text is what that one prints
//   <!-- stop: listener -->      ends it
//   <!-- subscribers: 2 -->      goes on when so many subscriptions are there
//   <!-- restart -->             stops the gateway and starts it again
//   <!-- sh: command -->         a command that readers are not told
//   <!-- configure: yaml -->     a configuration that they are not told
//   <!-- prints: listener: text --> what that one prints, and they are not told
//   <!-- open: http://… --> <!-- click: Button --> <!-- shows: Text -->   a browser

/** What is done with a block, or between two. */
export type Step = { /** `docs/start.md:21` */ readonly at: string } & (
  | { readonly do: 'run'; readonly language: Language; readonly code: string; readonly fails: boolean }
  | { readonly do: 'keep'; readonly name: string; readonly language: Language; readonly code: string }
  | { readonly do: 'save'; readonly name: string; readonly code: string }
  | { readonly do: 'configure'; readonly code: string }
  | { readonly do: 'printed'; readonly by: string | null; readonly text: string }
  | { readonly do: Plain; readonly what: string }
)

const PLAIN = ['stop', 'subscribers', 'restart', 'open', 'click', 'shows'] as const
type Plain = (typeof PLAIN)[number]

const LANGUAGES = ['sh', 'js', 'php'] as const
export type Language = (typeof LANGUAGES)[number]

/** Languages of blocks that need a mark if they are not run. */
const CODE = [...LANGUAGES, 'html']

interface Block {
  readonly at: string
  readonly language: string
  readonly code: string
}

interface Mark {
  readonly name: string
  readonly value: string
}

const MARK = /^<!-- ([a-z ]+?)(?:: (.+))? -->$/
const FENCE = /^```(\w*)$/
/** Marks that other tests, or `npm run docs`, look for. */
const FOREIGN = ['table', 'end', 'keys']

/** Reads a document. Throws an Error that names the place for a mark that means nothing there. */
export function readSteps(path: string, text: string): Step[] {
  const lines = text.split('\n')
  const steps: Step[] = []
  let marks: Mark[] = []
  for (let line = 0; line < lines.length; line++) {
    const mark = MARK.exec(lines[line]!)
    const fence = FENCE.exec(lines[line]!)
    const at = `${path}:${line + 1}`
    const hidden = mark?.[2] === undefined ? null : hiddenStep(mark[1]!, mark[2], at)
    if (hidden) {
      steps.push(hidden)
    } else if (mark && isPlain(mark[1]!)) {
      steps.push({ do: mark[1], what: mark[2] ?? '', at })
    } else if (mark && !FOREIGN.includes(mark[1]!)) {
      marks.push({ name: mark[1]!, value: mark[2] ?? '' })
    } else if (fence) {
      const end = lines.indexOf('```', line + 1)
      if (end === -1) throw new Error(`${at}: this block has no end`)
      const code = lines.slice(line + 1, end).join('\n')
      steps.push(...stepsOf({ at, language: fence[1]!, code }, marks))
      marks = []
      line = end
    }
  }
  if (marks.length > 0) throw new Error(`${path}: the mark "${marks[0]!.name}" has no block behind it`)
  return steps
}

/** What readers are not told, because it stands for what they do otherwise. */
function hiddenStep(name: string, value: string, at: string): Step | null {
  switch (name) {
    case 'sh':
      return { do: 'run', language: 'sh', code: value, fails: false, at }
    case 'configure':
      return { do: 'configure', code: value, at }
    case 'prints': {
      const [by, text] = value.split(/: (.*)/)
      return { do: 'printed', by: by!, text: text ?? '', at }
    }
    default:
      return null
  }
}

const isPlain = (name: string): name is Plain => PLAIN.some(plain => plain === name)

function stepsOf(block: Block, marks: readonly Mark[]): Step[] {
  const { at, code } = block
  const refuse = (why: string): never => {
    throw new Error(`${at}: ${why}`)
  }
  if (marks.length > 1) refuse(`one mark for a block, not ${marks.map(each => each.name).join(' and ')}`)
  const { name, value } = marks[0] ?? { name: '', value: '' }
  switch (name) {
    case '':
    case 'fails':
      if (block.language === 'text') return [{ do: 'printed', by: null, text: code, at }]
      if (isLanguage(block.language))
        return [{ do: 'run', language: block.language, code, fails: name === 'fails', at }]
      return CODE.includes(block.language) ? refuse('save this block, or say why it is not run') : []
    case 'not run':
      return value.length < 10 ? refuse('say why it is not run') : []
    case 'save':
      return [{ do: 'save', name: value, code: `${code}\n`, at }]
    case 'configure':
      return [{ do: 'configure', code, at }]
    case 'keep':
      if (isLanguage(block.language)) return [{ do: 'keep', name: value, language: block.language, code, at }]
      return refuse('only a program can be kept running')
    case 'printed by':
      return [{ do: 'printed', by: value, text: code, at }]
    default:
      return refuse(`there is no mark "${name}"`)
  }
}

const isLanguage = (name: string): name is Language => LANGUAGES.some(language => language === name)

/** Whether all that was printed is the text of the document, in which `…` stands for anything. */
export function isText(printed: string, text: string): boolean {
  return new RegExp(`^${pattern(text)}$`).test(printed.trim())
}

/** Where the text of a document ends in what was printed; `null` if it is not in it. */
export function endOfText(printed: string, text: string): number | null {
  const found = new RegExp(pattern(text)).exec(printed)
  return found && found.index + found[0].length
}

function pattern(text: string): string {
  const parts = text.trim().split('…')
  return parts.map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*?')
}
