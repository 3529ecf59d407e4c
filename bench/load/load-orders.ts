// What the bench and its load process say to each other. Types only.

import type { Address } from '../wires/wire.ts'
import type { PublishPlan } from './publishing.ts'

/** Each order with what it takes and what is reported when it is done. */
export interface LoadOrders {
  /** Opens an audience, and keeps it. `bytes` and `times`: all on the first channel; `marks`: one on each channel. */
  subscribe: {
    order: {
      readonly address: Address
      readonly counting: 'bytes' | 'times' | 'marks'
      readonly channels: readonly string[]
      readonly count: number
    }
    report: null
  }
  /** Publishes to the audience, if there is one, and waits until everything has arrived. */
  publish: { order: { readonly address: Address } & PublishPlan; report: Published }
  /** The same at a pace, for an audience that counts times. */
  pace: {
    order: { readonly address: Address; readonly perSecond: number; readonly durationMs: number }
    report: Published & Latencies
  }
  /** One message to an audience: how long until the last of them has it. */
  single: { order: { readonly address: Address }; report: { readonly seconds: number } }
  /** Clients that have one message and are cut off; then `missed` more are published. */
  scatter: {
    order: {
      readonly address: Address
      readonly channel: string
      readonly clients: number
      readonly missed: number
    }
    report: null
  }
  /** Those who were scattered come back, all at once, until each has what it missed. */
  gather: { order: { readonly address: Address }; report: Gathered }
  /** Subscribes to channels one after the other, each with its newest messages. */
  replay: {
    order: { readonly address: Address; readonly channels: readonly string[]; readonly messages: number }
    report: { readonly replays: number; readonly medianMs: number }
  }
}

export type LoadKind = keyof LoadOrders

export type LoadMessage = { [K in LoadKind]: { kind: K; order: LoadOrders[K]['order'] } }[LoadKind]

export type LoadReport = { readonly report: unknown } | { readonly failure: string }

export interface Published {
  readonly published: number
  /** From the first publish until every subscriber had every message. */
  readonly seconds: number
  /** What the load process itself used in that time. */
  readonly cpuSeconds: number
}

export interface Latencies {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

export interface Gathered {
  /** Until the last client had everything. */
  readonly seconds: number
  readonly cpuSeconds: number
  /** Half of the clients, and 99 of 100, had everything after this time. */
  readonly p50Ms: number
  readonly p99Ms: number
}
