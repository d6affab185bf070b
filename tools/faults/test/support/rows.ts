import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** What goes wrong, and the tests that meet it: faults of this package by their name, others by file and name. */
export interface Row {
  readonly what: string
  /** What happens then. */
  readonly outcome: string
  readonly faults?: ReadonlyArray<string>
  readonly tests?: Readonly<Record<string, ReadonlyArray<string>>>
}

const wires = "core/test/TokenEndpoint.transports.test.ts"
const response = "core/test/internal/engine/ReplyReader.test.ts"
const source = "core/test/TokenSource.test.ts"
const memory = "core/test/TokenSource.memory.test.ts"
const endpoint = "core/test/TokenEndpoint.test.ts"
const shared = "store/test/RedisTokenStore.test.ts"
const suite = "conformance/src/StoreSuite.ts"
const postgres = "store/test/SqlTokenStore.test.ts"
const schedules = "store/test/SharedStore.schedules.test.ts"
const fleet = "store/test/Fleet.test.ts"
const attached = "core/test/AuthenticatedHttpClient.test.ts"

export const sections: Readonly<Record<string, ReadonlyArray<Row>>> = {
  "The wire": [
    {
      what: "connection refused, DNS gone",
      outcome: "tried again: nothing was sent",
      faults: ["the connection is refused", "the server's name is gone from DNS"]
    },
    {
      what: "reset before a reply; hang before headers; 103 flood",
      outcome: "ends at the deadline; a refresh token may be spent, and is not sent again for 5 s",
      faults: ["a reset before any reply", "no reply at all", "a flood of interim replies (103)"],
      tests: { [endpoint]: ["fails at its deadline, which includes the body, and releases the connection"] }
    },
    {
      what: "hang, reset or end in the middle of the body; chunk or length wrong",
      outcome: "likewise; a body that was cut short is never read as a whole one",
      faults: [
        "a reply that stops in the middle of the body",
        "a reset in the middle of the body",
        "an end in the middle of the body",
        "a wrong length",
        "a chunk without a readable length",
        "a reply that drips too slowly",
        "a reply that drips quickly enough"
      ]
    },
    {
      what: "TLS: self-signed, wrong name, expired",
      outcome: "the call fails, and nothing is sent again within it",
      faults: [
        "a certificate that doesn't fit: self-signed",
        "a certificate that doesn't fit: wrong-name",
        "a certificate that doesn't fit: expired"
      ]
    },
    {
      what: "headers beyond 16 KB; bad status line; status 600, 999",
      outcome: "the reply is not understood",
      faults: ["headers beyond 16 KB", "a bad status line", "bytes that are not HTTP", "a status without a meaning"]
    },
    {
      what: "64 MiB body; 64 KiB of gzip that becomes 64 MiB; 200 nested encodings",
      outcome: "read up to 1 MiB after decompression; memory stays flat",
      faults: ["a body of 64 MiB", "64 KiB of gzip that become 64 MiB", "5 nested encodings", "200 nested encodings"],
      tests: {
        "faults/test/Outcomes.test.ts": ["stays constant over ${transport}, whatever the server sends"],
        [endpoint]: ["reads a body of 1 MiB, and fails for a longer one"]
      }
    },
    {
      what: "301, 302, 303, 307, 308; to the same origin, another port, another host, `//host`, `file:`",
      outcome: "refused; the other server gets no request",
      faults: [
        "a redirect to the same origin",
        "a redirect to another port",
        "a redirect to another host",
        "a redirect to another host, without a scheme",
        "a redirect to a file",
        "a redirect to nowhere"
      ],
      tests: {
        [endpoint]: [
          "keeps the application's RequestInit, except for following redirects",
          "refuses the reply of a client that follows redirects by itself"
        ]
      }
    }
  ],
  "The reply": [
    {
      what: "204, empty 200, HTML with 200, JSON as text/plain, no content type, 201",
      outcome: "JSON is read whatever its content type is; all else is not understood",
      faults: ["no JSON", "JSON under another name"]
    },
    { what: "200 with an error", outcome: "the error counts", faults: ["200 with an error beside the token"] },
    {
      what: "invalid JSON, `null`, `[]`, a string, 200,000 levels deep, duplicate keys, `__proto__`",
      outcome: "not understood; no prototype is polluted, and no stack overflows",
      faults: ["no JSON"],
      tests: {
        [response]: [
          "changes no prototype for a key __proto__",
          "fails with ReplyNotUnderstood for 200,000 levels, without a stack overflow"
        ],
        "core/test/internal/text/strictJson.test.ts": ["returns nothing for an object with a duplicate key"]
      }
    },
    {
      what: "BOM, UTF-16, invalid UTF-8",
      outcome: "a byte order mark is skipped; a token with replaced characters is never used",
      faults: ["a byte order mark", "another encoding"],
      tests: {
        [response]: ["fails with ReplyNotUnderstood for invalid UTF-8, and uses no token with a replacement character"]
      }
    },
    {
      what: "`access_token` missing, null, number, empty, 32 KB, with CR, LF, NUL, space, é, emoji",
      outcome: "not understood",
      faults: ["an access_token that is none"],
      tests: { [response]: ["is not understood when %s"] }
    },
    {
      what: "`expires_in` in every form",
      outcome: "a number of seconds, or the provider's rule; else not understood",
      faults: ["expires_in that is a number of seconds", "expires_in that is none"],
      tests: {
        [response]: [
          "is taken as it is: %s",
          "is limited to the last date that JavaScript has: %s",
          "uses the provider's assumedLifetime when %s"
        ]
      }
    },
    {
      what: "`token_type` bearer, BEARER, missing, MAC, DPoP, N_A, 7",
      outcome: "compared without case; missing by the provider's rule; others are refused",
      faults: ["token_type in any case", "a token_type other than bearer", "a token_type that is none"],
      tests: { [response]: ["may be Bearer in any case: %s", "fails when it is not a bearer token: %j"] }
    },
    {
      what: "`scope` absent, empty, other order, narrower, wider, an array",
      outcome: "compared as a set; the token has what was granted",
      faults: ["scope"],
      tests: { [response]: ["is on the token as it was granted: %s"] }
    },
    {
      what: "`refresh_token` absent, same, new, null, empty",
      outcome: "where there is none, the one before is kept",
      faults: ["refresh_token"],
      tests: { [response]: ["is none when %s"], [source]: ["sends the refresh token first, and keeps the newest"] }
    },
    {
      what: "400, 401, 403, … 520, each with an OAuth error, Spring's error, HTML, nothing",
      outcome: "decided by code and status, never by the wording",
      faults: [400, 401, 403, 404, 405, 408, 413, 415, 421, 425, 429, 500, 502, 503, 504, 520]
        .map((status) => `status ${status}`),
      tests: { [response]: ["depends on code and status, never on the description: ${status}, with each body"] }
    },
    {
      what: "a wrong client, in six ways",
      outcome: "as the table above says for each grant",
      faults: ["a wrong client", "a wrong grant"],
      tests: { [response]: ["means that the client's credentials were refused: %i %j"] }
    },
    {
      what: "`Retry-After`: 2, a date, a past date, -1, 1e9, rubbish, twice, on a 200",
      outcome: "believed for an hour at most, and remembered",
      faults: ["Retry-After", "Retry-After on a 200"],
      tests: {
        [response]: ["is limited to an hour: %s", "is ignored when it is %j"],
        [source]: [
          "sends nothing to a server that throttles until the time that it named, and delays no caller with a valid token"
        ]
      }
    },
    {
      what: "`error_description` with the secret in it; 10 MB; with ANSI escapes, CR LF",
      outcome: "shown without secrets, cut, and on one line",
      faults: ["an error_description", "an error_description of 10 MB"],
      tests: {
        [response]: ["contains no secret of the request"],
        "core/test/internal/text/shown.test.ts": [
          "leaves no four consecutive characters of it, in 30 encodings and 20,000 splits"
        ]
      }
    }
  ],
  "Time": [
    {
      what: "the wall clock jumps an hour ahead, or back",
      outcome: "no expired token is served, and one token request is sent",
      tests: {
        [source]: [
          "serves no expired token after the wall clock was set back by an hour",
          "sends one token request after the wall clock jumped ahead by an hour"
        ]
      }
    },
    {
      what: "the process is suspended and resumed",
      outcome: "likewise: a token is looked at again after every wait",
      tests: { [source]: ["checks the token again after a wait: one that has expired meanwhile is not served"] }
    },
    {
      what: "lifetimes of 0, 1, 5, 60, 300, 3600, 631139040 s",
      outcome: "no flood of token requests, and no timer overflows",
      tests: {
        [source]: [
          "costs ${why}, at a lifetime of ${lifetime} s",
          "returns a token with a lifetime of 0 to the callers that waited for it, and to no other"
        ],
        "core/test/TokenSource.schedules.test.ts": ["holds its invariants over ${seeds.length} seeds"]
      }
    },
    {
      what: "the same token again, with 2 s left",
      outcome: "used, and another one requested only after its end",
      tests: {
        [source]: ["uses the same token again for its remaining lifetime, and requests another only after that"]
      }
    }
  ],
  "Callers": [
    {
      what: "the first of 10,000 callers is interrupted: before sending, in flight, after the reply",
      outcome: "the others get the token; one token request",
      tests: { [source]: ["returns the token to the others when the first of 10,000 callers is interrupted ${moment}"] }
    },
    {
      what: "all of them are interrupted",
      outcome: "the reply that arrives is kept",
      tests: { [source]: ["keeps a reply that arrives after all of 10,000 callers were interrupted"] }
    },
    {
      what: "the scope closes during a renewal",
      outcome: "the request ends, and waiting callers fail",
      tests: { [source]: ["ends with its scope: the request is aborted, and waiting callers fail"] }
    },
    {
      what: "1,000 requests get a 401 for one revoked token",
      outcome: "one token request, and all succeed",
      tests: {
        [attached]: ["lets 1,000 requests on a revoked token succeed with one token request, over few connections"]
      }
    },
    {
      what: "the API always answers 401",
      outcome: "two requests each, and the 401 is returned",
      tests: { [attached]: ["sends at most two requests to an API that always returns 401, and returns its response"] }
    },
    {
      what: "the body is a stream",
      outcome: "sent once; the 401 is returned, and the token is rejected",
      tests: { [attached]: ["sends a stream once, returns the 401, and rejects the token"] }
    }
  ],
  "A shared store": [
    {
      what: "Redis down at the start; dies; slow; read-only after a failover; out of memory; wrong password",
      outcome: "served from this process's memory, or from the authorization server; a metric",
      tests: {
        [shared]: [
          "was not available at the start, and shares as soon as it is",
          "is down",
          "is suspended (SIGSTOP)",
          "is blocked by DEBUG SLEEP",
          "doesn't reply",
          "is read-only",
          "is out of memory",
          "has a changed password",
          "forbids scripts",
          "does not reply within the budget: no caller waits longer",
          "not while Redis can't be reached: a valid token is served, and after it has expired the password is sent",
          "uses the record that a replica has, when the replica takes over"
        ]
      }
    },
    {
      what:
        "PostgreSQL down at the start or later; stopped; read-only; no connection left; a row that is locked; a replica",
      outcome: "likewise",
      tests: {
        [postgres]: [
          "was not available at the start, and shares as soon as it is",
          "is down",
          "is suspended (SIGSTOP)",
          "is read-only",
          "has no connection left in the pool",
          "has the row locked by a transaction of another program",
          "uses the rows that a replica has, when the replica takes over"
        ]
      }
    },
    {
      what: "PostgreSQL without the table, with an older one, without a right",
      outcome: "the Layer fails, and says what to run",
      tests: { [postgres]: ["the table is missing", "the table is of an older version", "the user lacks a permission"] }
    },
    {
      what: "a Redis Cluster whose slot moves, or whose master dies",
      outcome: "callers are served, and the record is shared again",
      tests: {
        "store/test/RedisCluster.test.ts": [
          "continues while the slot of its record moves, and afterwards",
          "serves callers while the master of its record is down, and shares again after the failover"
        ]
      }
    },
    {
      what: "half open; the command applied and its reply lost",
      outcome: "no refresh token is sent whose mark can't be seen; no caller waits for longer than the budget",
      tests: {
        [shared]: [
          "returns the token that it wrote, to all processes (${how})",
          "sends no refresh token before it has seen it marked (${how})",
          "requests a token for itself if it can't confirm its lease, and delays no caller (${how})",
          "retries writing a token that came with a refresh token",
          "releases a lease if the reply to taking it was lost"
        ]
      }
    },
    {
      what: "evicting; flushed; WRONGTYPE",
      outcome: "a miss",
      tests: {
        [shared]: [
          "missing, because it was evicted",
          "missing, because it was flushed",
          "a text",
          "a list",
          "not if the record is missing that says whether it is spent"
        ]
      }
    },
    {
      what: "its clock is set back",
      outcome: "no lease, failure or token from before applies",
      tests: {
        [shared]: [
          "ignores a lease from before, and keeps one over a small correction",
          "continues when the process with the lease was killed",
          "serves no token from before, and renews it with its refresh token",
          "applies no failure from before"
        ]
      }
    },
    {
      what: "the lease's holder is killed, or paused past its lease",
      outcome: "the next process goes on; the first one doesn't overwrite",
      tests: {
        [fleet]: [
          "continues when the process that requests the token is killed",
          "continues when the requesting process is paused past its lease, and when that process resumes",
          "sends no refresh token twice, also if the process that sends it is killed"
        ],
        [shared]: [
          "does not overwrite what came after it lost the lease, and takes it over",
          "waits for the lease of a killed process no longer than the lease lasts",
          "keeps the lease for as long as its token request takes, and the others wait"
        ]
      }
    },
    {
      what: "rubbish, cut ciphertext, another tenant's value, an older format, 10 MB under our key",
      outcome: "a miss",
      tests: {
        [shared]: [
          "an invalid token",
          "invalid numbers",
          "numbers that can't be incremented",
          "a token that was cut short",
          "a token with a flipped bit",
          "another tenant's token",
          "a token in an older format",
          "10 MB of text",
          "10 MB in the token's place"
        ]
      }
    },
    {
      what: "unknown key id; keys rotated in a mixed fleet",
      outcome: "a miss; read with any key, written with the first",
      tests: {
        [shared]: [
          "a token under a key that is not in the ring",
          "is nothing between different secrets, prefixes or key rings"
        ],
        [suite]: ["a key ring reads with each of its keys, and writes with the first"]
      }
    },
    {
      what: "two processes and one single-use refresh token",
      outcome: "each refresh token is used once, by the server's own log",
      tests: {
        [fleet]: [
          "sends each refresh token once, also while two processes renew continuously",
          "sends each refresh token once, by the log of a server that ends the session at a second use"
        ],
        [shared]: [
          "not if a process marked it as sent and was then killed",
          "once more, 5 s later at the earliest, if this process saw it fail with ${status}"
        ],
        [suite]: [
          "processes that renew in turn send each refresh token once, and the password once",
          "a refresh token that may be spent is sent by no process that did not see its request fail"
        ]
      }
    }
  ],
  "Secrets and other origins": [
    {
      what: "secrets and tokens with recognizable values, through every fault and every ordinary run",
      outcome: "shown nowhere",
      tests: {
        "faults/test/Canaries.test.ts": [
          "finds one %s",
          "of an account at ${subject.name}, in ordinary use",
          "A process writes no secret"
        ],
        "faults/test/Outcomes.test.ts": ["findCanaries(yield* witness.testimony)"]
      }
    },
    {
      what: "any two different request identities",
      outcome: "share no token",
      tests: {
        "core/test/TokenRequest.test.ts": [
          "is equal for equal requests, and different for others",
          "depends on ${field}, with all the rest equal",
          "takes scopes as a set",
          "distinguishes what only looks alike"
        ]
      }
    },
    {
      what: "many accounts at once",
      outcome: "each gets its own token",
      tests: {
        "faults/test/Accounts.test.ts": [
          "get their own tokens with ${grant}, through renewals, rejections, revocations and replays"
        ],
        "core/test/TokenPool.test.ts": [
          "gives each of 1,000 accounts its own token, through renewals, rejections and replays"
        ]
      }
    },
    {
      what: "CR, LF, NUL, DEL, Latin-1, emoji, `&grant_type=` where they can be put",
      outcome: "sent as they are, or refused before any request",
      tests: {
        "core/test/TokenRequest.test.ts": [
          "sends Latin-1, emoji and separators unchanged, in every field",
          "does not accept %s in an id, a secret, a username, a password: fails before any request",
          "keeps a scope like `a&grant_type=password` in its field"
        ],
        "core/test/HostPart.test.ts": ["accepts only what stays one label of the host in a URL"]
      }
    },
    {
      what: "URLs with userinfo, fragments, other schemes",
      outcome: "refused before any request",
      tests: { "core/test/internal/http/url.test.ts": ["refuses %j"] }
    },
    {
      what: "authorization servers that others wrote",
      outcome: "one token request, each refresh token once, and no refused secret again",
      tests: {
        "core/test/RealServers.test.ts": [
          "issues a token for client credentials, and accepts it",
          "issues a token for a password, and another for the refresh token after the first has expired",
          "refuses a wrong secret, which is not sent again",
          "refuses a wrong password, which is not sent again",
          "receives the password within the same call when the refresh token was revoked",
          "receives one renewal for three concurrent calls, and each refresh token once",
          "receives the password when another client has used the refresh token"
        ]
      }
    }
  ],
  "Found in the field": [
    {
      what: "a refresh token that is refused in other words than `invalid_grant`",
      outcome: "forgotten; the password is sent in the same call, once",
      tests: {
        [memory]: ["that was refused is followed by the password in the same call, and never sent again: ${name}"]
      }
    },
    {
      what: "a gateway's page that looks like a refusal, to a password grant",
      outcome: "sent again after 30 s, 5 min, 15 min, then hourly",
      tests: {
        [memory]: ["sends a password again after 30 s, 5 min, 15 min, then hourly, if the reply is unclear: ${name}"]
      }
    },
    {
      what: "a wrong password, whatever the refusal says; an account with seven sets of scopes",
      outcome: "never sent again by itself; sent once for all sets of scopes, and for all processes that share a store",
      tests: {
        [memory]: [
          "sends a wrong password once for seven sets of scopes, one after another or at once: ${name}",
          "delays no other set of scopes if a request was refused: ${error}",
          "sends each of two alternating wrong values of a ${kind} once"
        ],
        [suite]: [
          "a refused password is sent once by processes that request different scopes, and again by renew, which clears it",
          "processes that request different scopes at the same moment send a wrong password once"
        ]
      }
    },
    {
      what: "a secret that can't be read for a moment after a refusal",
      outcome: "what the server said stays remembered",
      tests: { [memory]: ["still remembers ${name} after the secret could not be read for a moment"] }
    },
    {
      what: "the process is suspended during a token request, for longer than the deadline",
      outcome: "the reply that waits is used, and no refresh token is lost",
      tests: {
        "core/test/Suspension.test.ts": [
          "for longer than the deadline uses the reply that waits in its socket, over ${transport}"
        ]
      }
    },
    {
      what: "who started a token request is gone: a Worker's request has ended, was aborted or hung up",
      outcome: "later requests get a token; nothing hangs",
      tests: {
        "edge-worker/test/Liveness.test.ts": [
          "50 cold requests make one token request",
          "a background renewal is repeated if the request that started it has ended",
          "a background renewal that waitUntil keeps alive is used",
          "later requests get a token although the first caller gave up after 300 ms",
          "waiting requests get a token although the request that started the token request has ended",
          "waiting and later requests get a token although the first client has disconnected"
        ]
      }
    },
    {
      what: "a pool's key that is a record or a `Data.Class`",
      outcome: "one account, one token request",
      tests: {
        "core/test/TokenPool.test.ts": [
          "finds an account by equality: a record or a Data.Class with equal fields is the same one"
        ]
      }
    },
    {
      what: "the machine slept after a `Retry-After`",
      outcome: "a token is requested when the time is over by the wall clock",
      tests: { [memory]: ["waits by the clock on which more time has passed"] }
    },
    {
      what: "nothing was sent: a connection that was never made",
      outcome: "the refresh token is not spent; tried again at once",
      tests: { [memory]: ["is not spent by a connection that was never made: it is tried again at once"] }
    },
    {
      what: "a refresh token that may be spent, after a 5xx, a lost reply or a timeout",
      outcome: "sent once more, 5 s later at the earliest; if that fails, too, the password is sent",
      tests: {
        [memory]: [
          "that may be spent is sent once more, 5 s later; after that the password is sent: ${name}",
          "is not used by `renew` if it may be spent"
        ]
      }
    },
    {
      what: "an authorization server recovers",
      outcome: "a token within 5 s; of many accounts, one tries it every 5 s, and the others follow",
      tests: {
        [memory]: [
          "delays a token of a password account at most 5 s after a recovery, after ${recovery} s"
        ],
        "core/test/TokenPool.test.ts": [
          "lets one account try it every 5 s, and the others follow with jitter"
        ]
      }
    },
    {
      what: "a server that counts whole seconds",
      outcome: "no token is served in the second in which the server drops it",
      tests: {
        [memory]: [
          "count from the second in which the request was sent, rounded down: no token is served in its last second"
        ]
      }
    },
    {
      what: "an error's body that can't be read as a whole: ISO-8859-1, a form, a byte order mark, broken elsewhere",
      outcome: "the code counts",
      faults: ["invalid_grant in another dress"],
      tests: { "core/test/internal/http/replyBody.test.ts": ["is read %s", "is none where it is %s"] }
    },
    {
      what: "a field that says nothing: `error` that is null, empty or no text beside a token",
      outcome: "a token",
      faults: ["an error beside the token that says nothing"],
      tests: { [response]: ["is ignored when the error of a 200 is empty or not a text: %j"] }
    },
    {
      what: "a value in another notation: `Retry-After` with decimals and every form of date",
      outcome: "30.5 is 31 s; dates are relative to the reply's own `Date`",
      faults: ["Retry-After"],
      tests: {
        "core/test/internal/http/retryAfter.test.ts": [
          "reads seconds, rounds them up, and limits them to an hour: %s",
          "reads a date: %s",
          "reads a date relative to the reply's own Date, whatever this clock says: %s"
        ]
      }
    },
    {
      what: "a cache below: a `fetch` that keeps replies",
      outcome: "a renewal reaches the server",
      tests: { [wires]: ["lets no HTTP cache store the reply, whatever the application's RequestInit is"] }
    },
    {
      what: "a coding that was not requested",
      outcome: "none is requested; gzip, deflate and Brotli are read",
      faults: ["a reply compressed with gzip that was not requested"],
      tests: {
        [wires]: [
          "requests no compression",
          "reads a reply that is compressed although that was not requested: ${coding}${how}",
          "fails with ReplyNotUnderstood for a reply that can't be decompressed, or is too large afterwards"
        ]
      }
    },
    {
      what:
        "a transport's own words: https to a plain port, a port that `fetch` blocks, 100 and 101, a proxy's refusal",
      outcome: "the same reason over `fetch`, undici and `node:http`; one is named above where it differs",
      faults: [
        "https to a port that speaks plain http",
        "an interim 100 that was not requested",
        "an interim 102",
        "a 101 that was not requested",
        "status 407, of a proxy"
      ],
      tests: {
        [wires]: [
          "fails with Unsafe for https to a port of plain http",
          "fails with ReplyNotUnderstood for a 101 that was not requested",
          "has sent nothing if the proxy refuses the tunnel: %i"
        ],
        "core/test/internal/http/transport.test.ts": ["says that nothing was sent: %s"],
        "core/test/internal/http/url.test.ts": ["does not accept the ports that fetch blocks, and accepts all others"]
      }
    },
    {
      what: "a hostile or broken server's text: a long description, a refresh token of 40,000 characters",
      outcome: "no pause beyond some milliseconds; the access token is used",
      faults: ["an error_description of 10 MB", "a refresh token of 40,000 characters"],
      tests: {
        "core/test/internal/text/shown.test.ts": ["is less than 20 ms for a megabyte of any text"],
        "core/test/internal/text/strictJson.test.ts": ["takes a few milliseconds for 1 MB of any text"],
        [response]: ["is dropped when it is too long to be kept"]
      }
    },
    {
      what: "a wrong type from JavaScript",
      outcome: "refused at the start, by the option's name",
      tests: { "core/test/Provider.test.ts": ["does not accept a wrong type of ${option} from JavaScript: names it"] }
    },
    {
      what: "a clock is put right after a token was stored",
      outcome: "the token is not served",
      tests: {
        [suite]: ["no token is used after it has expired, although it was stored with a clock two hours ahead"],
        "store/test/KeyValueTokenStore.test.ts": [
          "uses no token that was stored with a clock two hours ahead, and replaces it",
          "does not apply a refusal that was stored with a clock two hours ahead"
        ]
      }
    },
    {
      what: "what a reply means, line by line",
      outcome: "the table above",
      faults: ["a refusal in other words"],
      tests: {
        "core/test/internal/engine/ReplyMeaning.mutations.test.ts": [
          "changes the table of what replies mean"
        ],
        "core/test/internal/engine/ReplyMeaning.test.ts": [
          "is the table of docs/outcomes.md",
          "is refused by any other error code of the server: %i %s",
          "is kept after %s, until the second in a row with a caller waiting",
          "is refused by %s, and never sent again by itself",
          "are refused by %s: 30 s, doubled up to 15 min",
          "may be refused by an unclear reply: 5 s, doubled up to 5 min: %s %j"
        ]
      }
    },
    {
      what: "a 5xx after a rotation, where processes share a refresh token",
      outcome: "sent once more, 5 s later, by the process that saw it",
      tests: {
        [schedules]: ["send each at most twice, five seconds apart, both times by the same process"],
        [suite]: ["a refresh token that may be spent is sent by no process that did not see its request fail"]
      }
    },
    {
      what:
        "a writer without the key in a shared store: an old number, an impossible time, number or count, a long lease",
      outcome: "not used; no exception; processes share the next token, and wait for no such lease",
      tests: {
        [shared]: [
          "uses no token stored with the generation of another",
          "requests a token as usual if the times in a record are impossible",
          "as a lease: no process waits for one that is longer than a process takes",
          "as the number of a token: the next token request starts anew, and is shared"
        ],
        [postgres]: [
          "a token stored with another generation",
          "requests a token as usual if the times in a row are impossible",
          "as a lease: no process waits for one that is longer than a process takes",
          "as the number of a token: the next token request starts anew, and is shared",
          "as the number of failures: the next failure is shared",
          "as the number of times that a refresh token was sent: it is still marked",
          "as times: a failure ends, and the row can still be read"
        ]
      }
    },
    {
      what: "a URL that isn't only a URL: `apiUrl` with a query, and a path with one",
      outcome: "joined by the rules of URLs",
      tests: {
        "core/test/internal/http/apiOrigins.test.ts": ["joins %s and %s by the rules of URLs"]
      }
    },
    {
      what: "a body that never ends: a 401 as `text/event-stream`",
      outcome: "renewed and repeated at once; no caller waits for that body",
      tests: {
        "core/test/Refusals.test.ts": [
          "A 401 whose body never ends, over ${transport}",
          "A 401 whose body never ends, over Fetch"
        ]
      }
    },
    {
      what: "a refusal of another request than the one that would be repeated: POST, 303, GET, 401",
      outcome: "the POST is sent once",
      tests: {
        "core/test/Refusals.test.ts": [
          "is sent once after a ${status} if its method is not safe",
          "is sent once if its method is not safe, and once more if it is"
        ]
      }
    },
    {
      what: "an empty variable",
      outcome: "as if it were not set, with Effect 3, too",
      tests: {
        "effect-3/test/Services.test.ts": ["treats an empty variable as not set, and undefined as missing"],
        "core/test/internal/settings.test.ts": ["omits what is not set, for the provider to check"]
      }
    },
    {
      what: "`renew` during a suspension",
      outcome: "returns a token that is valid at that moment",
      tests: {
        [memory]: ["returns no token that has expired while the process was suspended, but requests another"]
      }
    }
  ]
}

// Beside this package, or among those that are published.
const folderOf = (file: string): string =>
  file.startsWith("faults/") ? "tools" : file.startsWith("edge-worker/") ? "examples" : "packages"

const read = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../../${folderOf(file)}/${file}`, import.meta.url)), "utf8")

/** The tests that a row names and that are not there. */
export const missing = (faults: ReadonlyArray<string>): ReadonlyArray<string> =>
  Object.values(sections).flat().flatMap((row) => [
    ...(row.faults ?? []).filter((name) => !faults.includes(name)),
    ...Object.entries(row.tests ?? {}).flatMap(([file, names]) => {
      const text = read(file)
      return names.filter((name) => !text.includes(name)).map((name) => `${file}: ${name}`)
    })
  ])

/** The rows as a page's tables. */
export const tables = (): ReadonlyArray<string> =>
  Object.entries(sections).flatMap(([section, rows]) => [
    "",
    `### ${section}`,
    "",
    "| what | then | tests |",
    "|---|---|---|",
    ...rows.map(({ faults = [], outcome, tests = {}, what }) => {
      const named = [
        ...faults.length === 0 ? [] : [`faults above: ${faults.join("; ")}`],
        ...Object.entries(tests).map(([file, names]) =>
          `[${file}](../${folderOf(file)}/${file}): ${
            names.map((name) => `\`${name.replaceAll("`", "")}\``).join(", ")
          }`
        )
      ]
      return `| ${what} | ${outcome} | ${named.join("<br>")} |`
    })
  ])
