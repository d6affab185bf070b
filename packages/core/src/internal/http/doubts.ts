/*
 * Which refusals with a 403 may cost a token request. A 403 is either a missing right or a revoked token, and nothing in
 * it tells which. An endpoint that always returns 403 costs one token request in five seconds; an endpoint that has
 * answered otherwise since is not held back by that, so that its calls succeed again within a second of a revocation.
 */

/** A request to an API. */
export interface Request {
  readonly method: string
  readonly url: string
}

/** The refusals of one account that leave it in doubt whether the token was refused. Times are in milliseconds. */
export interface Doubts {
  /** Whether the refusal of a request is not to cost a token request, since another of its endpoint has just done so. */
  readonly holdBack: (request: Request, now: number) => boolean
  /** The refusal of a request costs a token request. */
  readonly note: (request: Request, now: number) => void
  /** The API permitted a request. */
  readonly permitted: (request: Request) => void
}

/** Where the doubts of an account are kept. Most accounts never have one. */
export interface Holder {
  doubts?: Doubts | undefined
}

/** The doubts of an account. */
export const of = (holder: Holder): Doubts => holder.doubts ??= make()

/** An endpoint is doubted once in this time, in milliseconds. */
export const pause = 5_000

/** How many endpoints, and how many permitted paths, are remembered of an account. */
export const capacity = 64

const make = (): Doubts => {
  const endpoints = new Map<string, number>()
  const permitted = new Set<string>()
  return {
    holdBack: (request, now) => {
      const { endpoint, exact } = keysOf(request)
      const at = endpoints.get(endpoint)
      return at !== undefined && now - at < pause && !permitted.has(exact)
    },
    note: (request, now) => {
      const { endpoint, exact } = keysOf(request)
      permitted.delete(exact)
      endpoints.delete(endpoint)
      endpoints.set(endpoint, now)
      dropOldest(endpoints)
    },
    permitted: (request) => {
      const { endpoint, exact } = keysOf(request)
      if (!endpoints.has(endpoint)) return
      permitted.add(exact)
      dropOldest(permitted)
    }
  }
}

const keysOf = ({ method, url }: Request) => {
  const path = pathOf(url)
  return { exact: `${method} ${path}`, endpoint: `${method} ${fold(path)}` }
}

const dropOldest = (remembered: Map<string, unknown> | Set<string>): void => {
  for (const key of remembered.keys()) {
    if (remembered.size <= capacity) return
    remembered.delete(key)
  }
}

const pathOf = (url: string): string => url.replace(/[?#].*/s, "").slice(0, longest)

/** Ids don't tell endpoints apart: what holds a digit, or is long, unless it is a version. */
const fold = (path: string): string => path.replace(/(?<=[^/]\/)[^/]+/g, (part) => isId(part) ? "*" : part)

const isId = (part: string): boolean => part.length > 32 || /[\d%@+:~]/.test(part) && !/^v\d+(\.\d+)*$/i.test(part)

/** No path of an API is longer; what follows is a text that the caller put there. */
const longest = 500
