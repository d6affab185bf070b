import * as Arr from "effect/Array"
import { randomBytes, randomUUID } from "node:crypto"
import type { Field, Route, Server, TokenEndpoint } from "../Server.ts"
import { acceptedOf, credentialsIn } from "./clientCredentials.ts"
import {
  type Endpoint,
  type Fields,
  granted,
  type Host,
  oauthFailure,
  open,
  protectedBy,
  type Realm,
  refused,
  type Reply
} from "./realm.ts"
import { type Received, scopeNames } from "./received.ts"
import { refusalOfRefreshToken, spend } from "./refreshing.ts"
import { type AccessToken, isValid, type RefreshToken, remaining } from "./tokens.ts"
import { makeVerifying } from "./verifying.ts"
import type { World } from "./world.ts"

const provider = "generic"

/** What is wrong with a request, in words, and whose fault it is. */
interface Problem {
  readonly is: "client" | "request" | "grant" | "grant-type"
  readonly reason: string
}

type Values = Readonly<Record<string, string>>

const fieldsOf = ({ encoding = "form" }: TokenEndpoint, request: Received): Values => {
  if (encoding === "query") return Object.fromEntries(request.query)
  if (encoding === "form") return Object.fromEntries(request.form)
  try {
    const value: unknown = JSON.parse(request.text())
    return typeof value !== "object" || value === null ? {} : Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, typeof field === "string" ? field : JSON.stringify(field)])
    )
  } catch {
    return {}
  }
}

const wantedOf = ({ fields }: TokenEndpoint): Readonly<Record<string, Field>> =>
  fields ?? { grant_type: "client_credentials" }

const standard = {
  access_token: "$access_token",
  token_type: "Bearer",
  expires_in: "$expires_in",
  scope: "$scope"
}

const filled = (template: unknown, values: Readonly<Record<string, unknown>>): unknown => {
  if (typeof template === "string") {
    return template in values ? values[template] : template.replaceAll("$origin", String(values["$origin"]))
  }
  if (Array.isArray(template)) return template.map((item) => filled(item, values))
  return typeof template === "object" && template !== null
    ? Object.fromEntries(Object.entries(template).map(([name, value]) => [name, filled(value, values)]))
    : template
}

const asFields = (body: unknown): Fields =>
  typeof body === "object" && body !== null ? Object.fromEntries(Object.entries(body)) : {}

const has = (template: unknown, text: string): boolean => JSON.stringify(template).includes(`"${text}"`)

const encodings = { form: "a form", json: "JSON", query: "the query" } as const

/** A server that is described as data. */
export const makeServer = (world: World, server: Server, origin: string): Realm => {
  const verify = makeVerifying()
  const issued = new WeakSet<AccessToken>()
  const known = new Set<string>()
  const learn = (name: string, field: Field): void => {
    if (typeof field === "string" && /secret|passw|token$|assertion$/i.test(name)) world.secrets.add(field)
    if (typeof field === "object" && field._tag === "RefreshToken") {
      for (const token of field.known) {
        world.secrets.add(token)
        if (known.has(token) || world.tokens.findRefresh(token) !== undefined) continue
        known.add(token)
        const issue = { value: token, provider, account: server.host, scopes: [], now: world.now() } as const
        world.tokens.issueRefresh({ ...issue, lifetime: "unlimited" }, randomUUID())
      }
    }
  }
  for (const endpoint of server.tokens) {
    if (endpoint.client?._tag === "Secret") world.secrets.add(endpoint.client.secret)
    for (const [name, field] of Object.entries({ ...wantedOf(endpoint), ...endpoint.headers })) learn(name, field)
  }

  const problemOfField = (name: string, field: Field, given: string | undefined, now: number): Problem | undefined => {
    const is = name === "grant_type" ? "grant-type" : "request"
    if (given === undefined || given === "") return { is, reason: `The request has no ${name}.` }
    if (field === true) return undefined
    if (typeof field === "string") {
      const isSecret = /secret|passw|token$|assertion$/i.test(name)
      return given === field ? undefined : { is, reason: `${name} ${isSecret ? "is wrong" : `must be ${field}`}.` }
    }
    switch (field._tag) {
      case "Jwt": {
        const wrong = verify(field, given, now)
        const fault = name.startsWith("client_") ? "client" : "grant"
        return wrong === undefined ? undefined : { is: fault, reason: `${name} is refused: ${wrong}.` }
      }
      case "RefreshToken": {
        const token = world.tokens.findRefresh(given)
        return token === undefined || token.account !== server.host
          ? { is: "grant", reason: "The refresh token isn't one of this server's." }
          : isValid(token, now) && !token.spent
          ? undefined
          : { is: "grant", reason: refusalOfRefreshToken(token, now) }
      }
      case "AnyToken": {
        const token = world.tokens.find(given)
        return token !== undefined && isValid(token, now)
          ? undefined
          : { is: "grant", reason: `${name} isn't a live access token of the sandbox.` }
      }
    }
  }

  const problemOfClient = ({ client }: TokenEndpoint, request: Received): Problem | undefined => {
    if (client === undefined) return undefined
    if (client._tag === "Bearer") {
      if (request.bearer === undefined) {
        return { is: "client", reason: "The request has no Authorization header with Bearer and a JSON Web Token." }
      }
      const wrong = verify(client.jwt, request.bearer, request.now)
      return wrong === undefined ? undefined : { is: "client", reason: `The bearer token is refused: ${wrong}.` }
    }
    const candidates = credentialsIn(request, acceptedOf(client.placement))
    if (candidates.length === 0) {
      return { is: "client", reason: `The client's credentials must be in ${client.placement}.` }
    }
    return candidates.some(({ clientId, clientSecret }) => clientId === client.id && clientSecret === client.secret)
      ? undefined
      : { is: "client", reason: "The client id or the client secret is wrong." }
  }

  const problemOf = (endpoint: TokenEndpoint, values: Values, request: Received): Problem | undefined => {
    const wanted = wantedOf(endpoint)
    const client = problemOfClient(endpoint, request)
    if (client !== undefined) return client
    for (const [name, field] of Object.entries(wanted)) {
      const problem = problemOfField(name, field, values[name], request.now)
      if (problem !== undefined) {
        return values[name] === undefined && Object.keys(values).length === 0
          ? {
            ...problem,
            reason: `${problem.reason} This server reads fields from ${encodings[endpoint.encoding ?? "form"]}.`
          }
          : problem
      }
    }
    for (const [name, field] of Object.entries(endpoint.headers ?? {})) {
      const problem = problemOfField(name, field, request.headers[name], request.now)
      if (problem !== undefined) return problem
    }
    const own = new Set([
      ...Object.keys(wanted),
      "scope",
      ...(endpoint.client?._tag === "Secret" && endpoint.client.placement === "client_secret_post"
        ? ["client_id", "client_secret"]
        : [])
    ])
    const extra = endpoint.strict === true ? Object.keys(values).find((name) => !own.has(name)) : undefined
    return extra === undefined ? undefined : { is: "request", reason: `The request has ${extra}, which isn't wanted.` }
  }

  const refuse = ({ refusals }: TokenEndpoint, { is, reason }: Problem): Reply => {
    const declared = is === "client" ? refusals?.client : refusals?.request
    if (declared !== undefined) return refused(reason, declared.status, asFields(declared.body))
    switch (is) {
      case "client":
        return refused(reason, 401, { error: "invalid_client" })
      case "grant":
        return refused(reason, 400, { error: "invalid_grant" })
      case "grant-type":
        return refused(reason, 400, { error: "unsupported_grant_type" })
      case "request":
        return refused(reason, 400, { error: "invalid_request" })
    }
  }

  const grant = (endpoint: TokenEndpoint, values: Values, request: Received): Reply => {
    const { lifetime = 3600, reply = standard, status = 200 } = endpoint
    const { now } = request
    const scopes = scopeNames(values["scope"])
    const common = { provider, account: server.host, scopes, now, lifetime } as const
    const seconds = Math.floor(now / 1000)
    const value = has(reply, "$jwt")
      ? world.jwt({ iss: server.host, iat: seconds, exp: seconds + lifetime, jti: randomUUID() })
      : randomBytes(24).toString("base64url")
    const spent = Object.entries(wantedOf(endpoint)).flatMap(([name, field]) =>
      typeof field === "object" && field._tag === "RefreshToken"
        ? spend(world, values[name] ?? "", now, field.rotation !== false) ?? []
        : []
    )
    const session = spent[0]?.session ?? randomUUID()
    const token = world.tokens.issue({ ...common, value }, session)
    issued.add(token)
    const refresh: RefreshToken | undefined = has(reply, "$refresh_token")
      ? world.tokens.issueRefresh(
        { ...common, value: randomBytes(24).toString("base64url"), lifetime: "unlimited" },
        session
      )
      : undefined
    const body = filled(reply, {
      $access_token: value,
      $jwt: value,
      $refresh_token: refresh?.value,
      $expires_in: remaining(token, now),
      $expires_at: new Date(token.expiresAt).toISOString(),
      $expires_at_seconds: Math.floor(token.expiresAt / 1000),
      $expires_at_millis: token.expiresAt,
      $scope: values["scope"],
      $origin: `${origin}/${request.host}`
    })
    return { ...granted(asFields(body), token, refresh), status }
  }

  const answer = (endpoints: ReadonlyArray<TokenEndpoint>) => (request: Received): Reply => {
    // Those whose grant type is another one are passed over before anything is verified, which a `jti` stands once only.
    const meant = endpoints.filter((endpoint) => {
      const wanted = wantedOf(endpoint)["grant_type"]
      return typeof wanted !== "string" || wanted === fieldsOf(endpoint, request)["grant_type"]
    })
    let first: Reply | undefined
    for (const endpoint of meant.length === 0 ? endpoints : meant) {
      const values = fieldsOf(endpoint, request)
      const problem = problemOf(endpoint, values, request)
      if (problem === undefined) return grant(endpoint, values, request)
      first ??= refuse(endpoint, problem)
    }
    return first ?? refused("The server has no token endpoint here.", 404, {})
  }

  const tokenEndpoints = (): ReadonlyArray<Endpoint> =>
    Object.values(Arr.groupBy(server.tokens, ({ method = "POST", path }) => `${method} ${path}`)).flatMap(
      (endpoints) => {
        const [one] = endpoints
        return one === undefined ? [] : [{
          kind: "token" as const,
          method: one.method ?? "POST",
          path: one.path,
          identify: (request: Received) => {
            const { client } = one
            const [presented] = client?._tag === "Secret" ? credentialsIn(request, acceptedOf(client.placement)) : []
            return {
              provider,
              account: server.host,
              matched: client?._tag === "Secret" ? presented?.clientSecret === client.secret : true,
              clientSecret: presented?.clientSecret
            } as const
          },
          answer: answer(endpoints),
          failure: oauthFailure
        }]
      }
    )

  const openRoute = ({ body = {}, method = "GET", path, status }: Route): Endpoint =>
    open({
      provider,
      kind: "api",
      method,
      path,
      status,
      body: (request) => asFields(filled(body, { $origin: `${origin}/${request.host}` }))
    })

  const tokenIn = ({ header, scheme = "Bearer" }: Route) => (request: Received): string | undefined => {
    if (header !== undefined) return request.headers[header]
    const authorization = request.headers["authorization"] ?? ""
    const prefix = `${scheme} `
    return authorization.toLowerCase().startsWith(prefix.toLowerCase()) ? authorization.slice(prefix.length) : undefined
  }

  const protectedRoute = (route: Route): ReadonlyArray<Endpoint> =>
    protectedBy({
      world,
      providers: [provider],
      tokenOf: tokenIn(route),
      place: route.header ?? `Authorization (${route.scheme ?? "Bearer"})`,
      unauthorized: (reason) => refused(reason, 401, { error: "invalid_token" }),
      forbidden: (reason) => refused(reason, 403, { error: "insufficient_scope" }),
      failure: oauthFailure,
      objection: (token) => issued.has(token) ? undefined : "The access token is from another server.",
      precondition: (request) => {
        for (const [name, field] of Object.entries(route.headers ?? {})) {
          const problem = problemOfField(name, field, request.headers[name], request.now)
          if (problem !== undefined) return refused(problem.reason, 400, { error: "invalid_request" })
        }
        return undefined
      }
    }, [{
      method: route.method ?? "GET",
      path: route.path,
      status: route.status,
      body: asFields(route.body)
    }])

  const endpointsOf = (route: Route): ReadonlyArray<Endpoint> =>
    route.public === true ? [openRoute(route)] : protectedRoute(route)

  const byHost = Arr.groupBy(server.routes ?? [], ({ host = server.host }) => host)
  const hosts = new Set([server.host, ...Object.keys(byHost)])
  return {
    provider,
    hosts: [...hosts].map((name): Host => ({
      name,
      endpoints: [
        ...(name === server.host ? tokenEndpoints() : []),
        ...(byHost[name] ?? []).flatMap(endpointsOf)
      ]
    }))
  }
}
