// The configuration as the rest of the gateway reads it: one frozen object, every value present. Types only.

import type { ChannelRule } from '../core/channel-rules.ts'

export interface ApiKeyConfig {
  readonly name: string
  readonly key: string
  readonly publish: readonly string[]
  readonly read: boolean
  readonly admin: boolean
  /** Messages a second. */
  readonly publishPerSecond?: number | undefined
}

export interface OperatorConfig {
  readonly user: string
  /** One of the two is present. */
  readonly password?: string | undefined
  readonly passwordHash?: string | undefined
  readonly role: 'operator' | 'viewer'
}

export interface JwtConfig {
  /** Absent when a public key or a JWKS URL is given instead: no secret then signs tokens. */
  readonly secret?: string | undefined
  readonly previousSecret?: string | undefined
  /** One or more keys as PEM text. */
  readonly publicKey?: string | undefined
  readonly jwksUrl?: string | undefined
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
  readonly requireExp: boolean
}

export interface HookConfig {
  readonly url: string
  readonly secret: string
  readonly timeoutMs: number
  /** Names in lower case. */
  readonly headers: readonly string[]
  readonly concurrency: number
  readonly cacheMs: number
}

/** Paths of PEM files. */
export interface TlsConfig {
  readonly cert: string
  readonly key: string
}

/** Addresses and networks in CIDR notation; an empty `allow` allows all. */
export interface AddressRules {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

export interface Limits {
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly connectRatePerAddress: number
  readonly commandsPerSecond: number
  readonly publishesPerSecond: number
  readonly channelsPerConnection: number
  readonly messageBytes: number
  readonly bodyBytes: number
  /** How long a request, or a message on a WebSocket, may take to arrive. */
  readonly receiveTimeoutMs: number
}

export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly durability: 'normal' | 'full'
  readonly log: { readonly maxBytes: number }
  readonly origins: readonly string[]
  /** Whether the peer that connects is a proxy to believe, or which ones are. */
  readonly trustProxy: boolean | readonly string[]
  readonly access: { readonly api: AddressRules; readonly streams: AddressRules }
  readonly auth: { readonly jwt: JwtConfig; readonly hook?: HookConfig | undefined }
  readonly apiKeys: readonly ApiKeyConfig[]
  readonly admin: {
    readonly user: string
    /** One of the two is present. */
    readonly password?: string | undefined
    readonly passwordHash?: string | undefined
  }
  readonly operators: readonly OperatorConfig[]
  readonly audit: { readonly entries: number; readonly maxAgeMs: number }
  readonly events: { readonly entries: number; readonly maxAgeMs: number }
  readonly tls?: TlsConfig | undefined
  readonly publicUrl?: string | undefined
  readonly channels: readonly ChannelRule[]
  readonly everyone: readonly string[]
  readonly limits: Limits
  readonly websocket: { readonly compression: boolean }
  readonly sse: { readonly maxLifetimeMs: number }
  readonly heartbeatMs: number
  readonly drainMs: number
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
}
