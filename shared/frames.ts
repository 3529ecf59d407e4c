// Every frame on the wire, as types (protocol §3 and §4): the gateway writes them, clients read them.

import type { Code } from './codes.ts'

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** What a command carries to recognise its answer. */
export type Ref = string | number

export type GapReason = 'expired' | 'reset' | 'slow' | 'no_history'

export interface Welcome {
  type: 'welcome'
  connection: string
  user?: string
  heartbeat: number
  protocol: 1
}
export interface Subscribed {
  type: 'subscribed'
  channel: string
  ref?: Ref
  cursor: string
  recovered?: boolean
  /** The channel has presence: a snapshot follows its `live` (rule P1). */
  presence?: true
}
export interface MessageFrame {
  type: 'message'
  channel: string
  id?: string
  time: number
  data: Json
  event?: string
  user?: string
  sender?: string
}
export interface Gap {
  type: 'gap'
  channel: string
  requested: string | null
  oldest: string | null
  reason: GapReason
}
export interface Live {
  type: 'live'
  channels: string[]
  cursor: string
}
export interface Deleted {
  type: 'deleted'
  channel: string
  id: string
}
/** A user came: the first of its connections. */
export interface Join {
  type: 'join'
  channel: string
  user: string
  info?: Json
}
/** A user left: none of its connections is there. */
export interface Leave {
  type: 'leave'
  channel: string
  user: string
  info?: Json
}
export interface Member {
  user: string
  /** What the token that was shown last says of the user. */
  info?: Json
  /** 0: the last one was lost a moment ago, and may be back. */
  connections: number
}
/** Who is there: an answer, or a snapshot that replaces what was known. */
export interface PresenceFrame {
  type: 'presence'
  ref?: Ref
  channel: string
  members: Member[]
  /** Connections without a user. */
  anonymous: number
  /** How many members there are, when not all are listed. */
  total?: number
}
export interface HistoryAnswer {
  type: 'history'
  ref?: Ref
  channel: string
  messages: MessageFrame[]
  oldest: string | null
  more: boolean
  /** What was asked for can no longer be given whole. */
  gap?: Gap
}
export interface Published {
  type: 'published'
  ref?: Ref
  id?: string
  duplicate?: true
}
export interface Unsubscribed {
  type: 'unsubscribed'
  ref?: Ref
  channel: string
  reason?: string
}
export interface Authenticated {
  type: 'authenticated'
  ref?: Ref
  user?: string
  expires?: number
}
export interface Pong {
  type: 'pong'
  ref?: Ref
}
export interface Expiring {
  type: 'expiring'
  at: number
}
export interface FailureFrame {
  type: 'failure'
  ref?: Ref
  code: Code
  message: string
  channel?: string
}
export interface Goodbye {
  type: 'goodbye'
  code: Code
  reason: string
  reconnect: boolean
  after?: number
}

/** Frames from server to client. `heartbeat` exists on SSE only (rule S4). */
export type ServerFrame =
  | Welcome
  | Subscribed
  | MessageFrame
  | Gap
  | Live
  | Deleted
  | Join
  | Leave
  | PresenceFrame
  | HistoryAnswer
  | Published
  | Unsubscribed
  | Authenticated
  | Pong
  | Expiring
  | FailureFrame
  | Goodbye

/** Commands from client to server, WebSocket only (rule W3). */
export type Command =
  | { type: 'subscribe'; ref?: Ref; channel: string; since?: string; history?: number }
  | { type: 'unsubscribe'; ref?: Ref; channel: string }
  | { type: 'publish'; ref?: Ref; channel: string; data: Json; event?: string; key?: string }
  | { type: 'presence'; ref?: Ref; channel: string }
  | { type: 'history'; ref?: Ref; channel: string; since?: string; before?: string; limit?: number }
  | { type: 'ping'; ref?: Ref }
  | { type: 'auth'; ref?: Ref; token: string }
