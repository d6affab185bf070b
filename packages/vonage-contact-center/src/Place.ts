/**
 * Where an account of Vonage Contact Center lives.
 *
 * @since 0.1.0
 */

/**
 * The regions that are known. Any other that can stand in a host name is accepted too.
 *
 * @since 0.1.0
 * @category models
 */
export type Region = "emea" | "nam" | "apac" | (string & {})

/**
 * Where an account of the current system lives.
 *
 * @since 0.1.0
 * @category models
 */
export interface Place {
  /** The account's region. */
  readonly region: Region
  /** The domain below which the regions are: `cc.vonage.com` if left out; the older one is still in use. */
  readonly domain?: "cc.vonage.com" | "newvoicemedia.com" | (string & {}) | undefined
}

/**
 * Where an account of the V0 system lives.
 *
 * @since 0.1.0
 * @category models
 */
export interface PlaceV0 extends Place {
  /** The version in the token endpoint's URL: 0 if left out. */
  readonly version?: number | `${number}` | undefined
}
