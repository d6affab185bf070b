// What the worker uses of the platform.
declare module "cloudflare:workers" {
  /** Keeps what a request has started alive when it has ended. */
  export const waitUntil: (promise: Promise<unknown>) => void
}
