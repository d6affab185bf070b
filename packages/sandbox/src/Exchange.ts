/**
 * One request and what was answered, as they went over the wire, with every secret masked.
 *
 * @since 0.1.0
 */

/**
 * A request or an answer.
 *
 * A secret, a token, and whatever may be one are shown as three asterisks, a fingerprint, and three asterisks.
 *
 * @since 0.1.0
 * @category models
 */
export interface HttpMessage {
  /** The request line or the status line. */
  readonly line: string
  /** In order. At most 40, each value up to 512 characters. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  /** The first 8 KiB. */
  readonly body: string
  /** The whole body's bytes. */
  readonly size: number
  /** Whether `body` isn't the whole. */
  readonly isCut: boolean
}

/**
 * One request and what was answered.
 *
 * @since 0.1.0
 * @category models
 */
export interface Exchange {
  /** The number of the journal's entry. */
  readonly seq: number
  readonly request: HttpMessage
  /** `undefined` while the request is open, and where nothing was answered. */
  readonly response: HttpMessage | undefined
  /** What a script does with the answer, in words. */
  readonly scripted: string | undefined
}
