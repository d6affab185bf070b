import * as ProviderClient from "../ProviderClient.ts"

/** `makeClient` of `ProviderClient`, with its types: those that are published don't have it. */
export const makeClient = ProviderClient.makeClient
