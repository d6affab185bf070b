import type { Provider } from "../Provider.ts"

/** What people call a provider. */
export const titles: Readonly<Record<Provider, string>> = {
  "routee": "Routee",
  "routee-email": "Routee Email v1",
  "routera": "Routera",
  "voipex": "Voipex",
  "vonage-contact-center-v0": "Vonage Contact Center V0",
  "vonage-contact-center": "Vonage Contact Center",
  "generic": "the generic server"
}
