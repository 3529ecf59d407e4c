// The certificate that the gateway serves TLS with: read at the start, and again when its files change. Knows no HTTP.

import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { TlsConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'

/** How soon a new certificate is in use. The files are read: tools replace them through links, which no watch follows. */
const LOOK_EVERY_MS = 2000

/** What takes a new certificate: Node's HTTPS server. */
export interface TlsServer {
  setSecureContext(options: SecureContextOptions): void
}

interface Pem {
  readonly cert: string
  readonly key: string
}

export class Certificate {
  readonly #config: TlsConfig
  #inUse: Pem
  /** What was seen and could not be used: told once, and only if it lasts, because two files change one after the other. */
  #unfit: Pem | null = null
  #isTold = false

  /** Reads the files; throws ConfigError when they cannot be used. */
  static async open(config: TlsConfig): Promise<Certificate> {
    const pem = { cert: await read('tls.cert', config.cert), key: await read('tls.key', config.key) }
    const problem = problemOf(pem)
    if (problem)
      throw new ConfigError('tls', `${problem}; name a certificate and its private key, both in PEM.`)
    return new Certificate(config, pem)
  }

  private constructor(config: TlsConfig, pem: Pem) {
    this.#config = config
    this.#inUse = pem
  }

  /** For the server that is about to be made. TLS below 1.2 is refused (RFC 8996). */
  get options(): Pem & { readonly minVersion: 'TLSv1.2' } {
    return { ...this.#inUse, minVersion: 'TLSv1.2' }
  }

  /** Gives a server the new certificate whenever the files hold one; returns the stop. `tell` takes sentences for the log. */
  follow(server: TlsServer, tell: { info(message: string): void; warn(message: string): void }): () => void {
    let isLooking = false
    const look = async (): Promise<void> => {
      if (isLooking) return
      isLooking = true
      const outcome = await this.#look(server).finally(() => {
        isLooking = false
      })
      if (outcome === 'renewed') tell.info('tls: the new certificate is in use.')
      else if (outcome !== null) tell.warn(`tls: ${outcome}; the certificate from before stays in use.`)
    }
    const fail = (error: unknown): void =>
      tell.warn(`tls: ${error}; the certificate from before stays in use.`)
    const timer = setInterval(() => look().catch(fail), LOOK_EVERY_MS).unref()
    return () => clearInterval(timer)
  }

  /** `null`: nothing new, or nothing new to tell. */
  async #look(server: TlsServer): Promise<string | null> {
    let pem: Pem
    try {
      const { cert, key } = this.#config
      pem = { cert: await read('tls.cert', cert), key: await read('tls.key', key) }
    } catch (error) {
      return this.#complain({ cert: '', key: '' }, (error as Error).message.replace(/\.$/, ''))
    }
    if (isSame(pem, this.#inUse)) {
      this.#unfit = null
      return null
    }
    const problem = problemOf(pem)
    if (problem) return this.#complain(pem, problem)
    this.#inUse = pem
    this.#unfit = null
    server.setSecureContext(this.options)
    return 'renewed'
  }

  #complain(pem: Pem, problem: string): string | null {
    const lasts = this.#unfit !== null && isSame(pem, this.#unfit)
    const isNews = lasts && !this.#isTold
    this.#unfit = pem
    this.#isTold = lasts
    return isNews ? problem : null
  }
}

function isSame(one: Pem, other: Pem): boolean {
  return one.cert === other.cert && one.key === other.key
}

/** Why a pair cannot serve, without a word of its content; `null` when it can. */
function problemOf(pem: Pem): string | null {
  try {
    createSecureContext(pem)
    return null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
      ? 'the certificate and the key do not belong together'
      : `the files cannot be used (${code ?? 'no PEM'})`
  }
}

async function read(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigError(
      key,
      `the file ${path} cannot be read (${code ?? message}); make it a readable file.`,
    )
  }
}
