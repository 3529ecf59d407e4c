// One HTTP call of the API, answered with everything a test may look at. Knows no gateway.

import type { Frame } from './frame.ts'

/** Every body of protocol §6 in one loose shape; what a test asserts, it asserts by value. */
export interface Body {
  id?: string
  channel?: string
  subscribers?: number
  duplicate?: boolean
  results?: Body[]
  error?: { code: string; message: string }
  channels?: Body[]
  connections?: Body[]
  name?: string
  next?: string
  last?: number
  messages?: Frame[]
  oldest?: string | null
  more?: boolean
  gap?: Frame
  user?: string
  csrf?: string
  disconnected?: number
  members?: Frame['members']
  anonymous?: number
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The body read as JSON, `{}` when it is none. */
  json: Body
}

export interface CallOptions {
  /** An object is sent as JSON, text as it is. */
  body?: unknown
  headers?: Record<string, string>
  /** Bearer: an API key or a token; `null` sends none. */
  key?: string | null
  signal?: AbortSignal
}

/** Makes one call; statuses are answers, only a lost connection is an error. */
export async function call(address: string, method: string, options: CallOptions = {}): Promise<Answer> {
  const { body, key, signal } = options
  const headers: Record<string, string> = { ...options.headers }
  if (key) headers.Authorization ??= `Bearer ${key}`
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  if (text !== undefined) headers['Content-Type'] ??= 'application/json'
  const response = await fetch(address, {
    method,
    headers,
    redirect: 'manual',
    ...(text === undefined ? {} : { body: text as string }),
    ...(signal ? { signal } : {}),
  })
  const received = await response.text()
  return { status: response.status, headers: response.headers, text: received, json: parse(received) }
}

function parse(text: string): Body {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
