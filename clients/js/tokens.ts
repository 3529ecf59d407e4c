// The token of a client, and where a fresh one comes from. Knows no connection and never looks into a token.

export interface TokenSource {
  /** A client JWT that lasts. */
  readonly token?: string
  /** Or where to get a fresh one: asked before each connection and when one is about to end. */
  readonly getToken?: () => string | Promise<string>
}

export class Tokens {
  readonly #source: TokenSource
  #last: string | undefined

  constructor(source: TokenSource) {
    this.#source = source
    this.#last = source.token
  }

  get isRenewable(): boolean {
    return this.#source.getToken !== undefined
  }

  /** Asks for a new one; without `getToken` it is the same again. Rejects with what `getToken` throws. */
  async fresh(): Promise<string | undefined> {
    const { getToken } = this.#source
    if (getToken) this.#last = await getToken()
    return this.#last
  }

  /** The last one, for a request that may come often. */
  async current(): Promise<string | undefined> {
    return this.#last ?? (await this.fresh())
  }
}
