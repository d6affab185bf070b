import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** What goes wrong, and the tests that meet it: faults of this package by their name, others by file and name. */
export interface Row {
  readonly what: string
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
      faults: ["the connection is refused", "the server's name is gone from DNS"]
    },
    {
      what: "reset before a reply; hang before headers; 103 flood",
      faults: ["a reset before any reply", "no reply at all", "a flood of interim replies (103)"],
      tests: { [endpoint]: ["gives up at its deadline, which is over the body too, and releases the connection"] }
    },
    {
      what: "hang, reset or end in the middle of the body; chunk or length wrong",
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
      faults: [
        "a certificate that doesn't fit: self-signed",
        "a certificate that doesn't fit: wrong-name",
        "a certificate that doesn't fit: expired"
      ]
    },
    {
      what: "headers beyond 16 KB; bad status line; status 600, 999",
      faults: ["headers beyond 16 KB", "a bad status line", "bytes that are not HTTP", "a status without a meaning"]
    },
    {
      what: "64 MiB body; 64 KiB of gzip that becomes 64 MiB; 200 nested encodings",
      faults: ["a body of 64 MiB", "64 KiB of gzip that become 64 MiB", "5 nested encodings", "200 nested encodings"],
      tests: {
        "faults/test/Outcomes.test.ts": ["stays flat over ${transport}, whatever the server sends"],
        [endpoint]: ["reads up to a mebibyte, and says where there is more"]
      }
    },
    {
      what: "301, 302, 303, 307, 308; to the same origin, another port, another host, `//host`, `file:`",
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
          "keeps what the application tells its fetch, but for following redirects",
          "refuses the reply of a client that follows redirects by itself"
        ]
      }
    }
  ],
  "The reply": [
    {
      what: "204, empty 200, HTML with 200, JSON as text/plain, no content type, 201",
      faults: ["no JSON", "JSON under another name"]
    },
    { what: "200 with an error", faults: ["200 with an error beside the token"] },
    {
      what: "invalid JSON, `null`, `[]`, a string, 200,000 levels deep, duplicate keys, `__proto__`",
      faults: ["no JSON"],
      tests: {
        [response]: [
          "pollutes no prototype with a __proto__",
          "does not understand 200,000 levels, and keeps its stack"
        ],
        "core/test/internal/text/strictJson.test.ts": ["reads no object that names a key twice"]
      }
    },
    {
      what: "BOM, UTF-16, invalid UTF-8",
      faults: ["a byte order mark", "another encoding"],
      tests: { [response]: ["does not understand invalid UTF-8, and uses no token with a replaced character"] }
    },
    {
      what: "`access_token` missing, null, number, empty, 32 KB, with CR, LF, NUL, space, é, emoji",
      faults: ["an access_token that is none"],
      tests: { [response]: ["is not understood when %s"] }
    },
    {
      what: "`expires_in` in every form",
      faults: ["expires_in that is a number of seconds", "expires_in that is none"],
      tests: {
        [response]: [
          "is taken as it is: %s",
          "ends at the end of time when it reaches beyond it: %s",
          "follows the provider's own rule when %s: neither forever nor at once"
        ]
      }
    },
    {
      what: "`token_type` bearer, BEARER, missing, MAC, DPoP, N_A, 7",
      faults: ["token_type in any case", "a token_type other than bearer", "a token_type that is none"],
      tests: { [response]: ["is a bearer token in any case: %s", "is refused when it is no bearer token: %j"] }
    },
    {
      what: "`scope` absent, empty, other order, narrower, wider, an array",
      faults: ["scope"],
      tests: { [response]: ["is on the token as it was granted: %s"] }
    },
    {
      what: "`refresh_token` absent, same, new, null, empty",
      faults: ["refresh_token"],
      tests: { [response]: ["is none when %s"], [source]: ["prefers the refresh token, and keeps the newest"] }
    },
    {
      what: "400, 401, 403, … 520, each with an OAuth error, Spring's error, HTML, nothing",
      faults: [400, 401, 403, 404, 405, 408, 413, 415, 421, 425, 429, 500, 502, 503, 504, 520]
        .map((status) => `status ${status}`),
      tests: { [response]: ["is decided by code and status, never by wording: ${status}, with each body"] }
    },
    {
      what: "a wrong client, in six ways",
      faults: ["a wrong client", "a wrong grant"],
      tests: { [response]: ["means that the client's credentials were refused: %i %j"] }
    },
    {
      what: "`Retry-After`: 2, a date, a past date, -1, 1e9, rubbish, twice, on a 200",
      faults: ["Retry-After", "Retry-After on a 200"],
      tests: {
        [response]: ["is believed for an hour at most: %s", "says nothing when it is %j"],
        [source]: ["leaves a server that throttles alone until it says, and doesn't delay callers with a valid token"]
      }
    },
    {
      what: "`error_description` with the secret in it; 10 MB; with ANSI escapes, CR LF",
      faults: ["an error_description", "an error_description of 10 MB"],
      tests: {
        [response]: ["is scrubbed of every secret in the request"],
        "core/test/internal/text/shown.test.ts": [
          "leaves no run of four characters of it, in 30 encodings and 20,000 splits"
        ]
      }
    }
  ],
  "Time": [
    {
      what: "the wall clock jumps an hour ahead, or back",
      tests: {
        [source]: [
          "doesn't serve an ended token after the wall clock was set back an hour",
          "asks once, and makes no storm, after the wall clock jumped an hour ahead"
        ]
      }
    },
    {
      what: "the process is suspended and resumed",
      tests: { [source]: ["looks at the token again after a wait: one that ended meanwhile is not served"] }
    },
    {
      what: "lifetimes of 0, 1, 5, 60, 300, 3600, 631139040 s",
      tests: {
        [source]: [
          "costs ${why}, at a lifetime of ${lifetime} s",
          "gives a token with a lifetime of 0 to those who waited for it, and to no other caller"
        ],
        "core/test/TokenSource.schedules.test.ts": ["holds its invariants over ${seeds.length} seeds"]
      }
    },
    {
      what: "the same token again, with 2 s left",
      tests: { [source]: ["uses the same token again for what is left of it, and asks again only after its end"] }
    }
  ],
  "Callers": [
    {
      what: "the first of 10,000 callers is interrupted: before sending, in flight, after the reply",
      tests: { [source]: ["gives the others the token when the first of 10,000 callers is interrupted ${moment}"] }
    },
    {
      what: "all of them are interrupted",
      tests: { [source]: ["keeps the reply that comes after all of 10,000 callers were interrupted"] }
    },
    {
      what: "the scope closes during a renewal",
      tests: { [source]: ["ends with its scope: the request is given up, and who waits is told"] }
    },
    {
      what: "1,000 requests get a 401 for one revoked token",
      tests: {
        [attached]: ["lets 1,000 requests on a revoked token succeed with one token request, over few connections"]
      }
    },
    {
      what: "the API always answers 401",
      tests: { [attached]: ["sends two requests at most to an API that always answers 401, and returns its response"] }
    },
    {
      what: "the body is a stream",
      tests: { [attached]: ["sends a stream once, answers with the refusal, and still rejects the token"] }
    }
  ],
  "A shared store": [
    {
      what: "Redis down at the start; dies; slow; read-only after a failover; out of memory; wrong password",
      tests: {
        [shared]: [
          "was never there, and shares once it is",
          "is dead",
          "is stopped",
          "sleeps",
          "doesn't reply",
          "may only be read",
          "is full",
          "has another password",
          "forbids scripts",
          "doesn't reply within its budget: that is how long a caller waits for it",
          "not while Redis can't be reached: a valid token is served, and after it has expired the password is sent",
          "uses the record that a replica has, when the replica takes over"
        ]
      }
    },
    {
      what:
        "PostgreSQL down at the start or later; stopped; read-only; no connection left; a row that is locked; a replica",
      tests: {
        [postgres]: [
          "was not there at the start, and shares once it is",
          "is down",
          "is stopped",
          "may only be read",
          "has no connection left in the pool",
          "is held by a transaction of another program, which has locked the row",
          "uses the rows that a replica has, when the replica takes over"
        ]
      }
    },
    {
      what: "PostgreSQL without the table, with an older one, without a right",
      tests: { [postgres]: ["the table is not there", "the table is of an older version", "the user lacks a right"] }
    },
    {
      what: "a Redis Cluster whose slot moves, or whose master dies",
      tests: {
        "store/test/RedisCluster.test.ts": [
          "goes on while the slot of its record moves, and after it has moved",
          "serves callers while the master of its record is dead, and shares again when a replica took over"
        ]
      }
    },
    {
      what: "half open; the command applied and its reply lost",
      tests: {
        [shared]: [
          "has the token that it wrote, and so has the fleet (${how})",
          "spends no refresh token that it can't see marked (${how})",
          "asks for itself where it can't see its lease, and delays no caller (${how})",
          "writes a token that came with a refresh token again, where that failed",
          "gives a lease back whose taking it heard nothing of"
        ]
      }
    },
    {
      what: "evicting; flushed; WRONGTYPE",
      tests: {
        [shared]: [
          "nothing any more, for it was evicted",
          "nothing any more, for it was flushed",
          "a text",
          "a list",
          "not where the record is gone that would say whether it is spent"
        ]
      }
    },
    {
      what: "its clock is set back",
      tests: {
        [shared]: [
          "waits for no lease from before, and leaves one alone over a correction",
          "goes on when the lease's holder has died",
          "serves no token from before, and renews it with the refresh token that came with it",
          "takes no failure from before for an answer"
        ]
      }
    },
    {
      what: "the lease's holder is killed, or paused past its lease",
      tests: {
        [fleet]: [
          "goes on when the process that asks is killed",
          "goes on when the process that asks is paused past its lease, and is not set back when that one goes on",
          "spends no refresh token twice, also where the process that spends it is killed"
        ],
        [shared]: [
          "does not overwrite what came after it lost the lease, and takes it over",
          "waits for the lease of a process that died no longer than the lease lasts",
          "keeps the lease for as long as it asks, and is waited for"
        ]
      }
    },
    {
      what: "rubbish, cut ciphertext, another tenant's value, an older format, 10 MB under our key",
      tests: {
        [shared]: [
          "rubbish",
          "rubbish for numbers",
          "numbers that no number can follow",
          "a token that was cut short",
          "a token with a bit turned",
          "another tenant's token",
          "a token in an older format",
          "10 MB of text",
          "10 MB in the token's place"
        ]
      }
    },
    {
      what: "unknown key id; keys rotated in a mixed fleet",
      tests: {
        [shared]: [
          "a token under a key that is not in the ring",
          "nothing with another secret, another prefix or another ring of keys"
        ],
        [suite]: ["a key ring reads with each of its keys, and writes with the first"]
      }
    },
    {
      what: "two processes and one single-use refresh token",
      tests: {
        [fleet]: [
          "spends each refresh token once, also where two processes renew all the time",
          "spends each refresh token once by the log of a server that ends the session at a second use"
        ],
        [shared]: [
          "not where a process marked it as sent and then vanished",
          "once more, 5 s later at the earliest, where this process saw it fail with ${status}"
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
      tests: {
        "faults/test/Canaries.test.ts": [
          "finds one %s",
          "of an account at ${subject.name}, in the ordinary course of things",
          "A process writes no secret"
        ],
        "faults/test/Outcomes.test.ts": ["findCanaries(yield* witness.testimony)"]
      }
    },
    {
      what: "any two different request identities",
      tests: {
        "core/test/TokenRequest.test.ts": [
          "is the same for the same request, and another for any other",
          "depends on ${field}, with all the rest equal",
          "takes scopes as a set",
          "tells apart what only looks alike"
        ]
      }
    },
    {
      what: "many accounts at once",
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
      tests: {
        "core/test/TokenRequest.test.ts": [
          "brings Latin-1, emoji, and separators to the server as they are, wherever they stand",
          "refuses %s in an id, a secret, a username, a password, before any request",
          "keeps a scope like `a&grant_type=password` in its field"
        ],
        "core/test/HostPart.test.ts": ["takes only what stays the host's own label in a URL"]
      }
    },
    {
      what: "URLs with userinfo, fragments, other schemes",
      tests: { "core/test/internal/http/url.test.ts": ["refuses %j"] }
    },
    {
      what: "authorization servers that others wrote",
      tests: {
        "core/test/RealServers.test.ts": [
          "gives a token for client credentials, and knows it",
          "gives a token for a password, and another for the refresh token when that one is over",
          "refuses a wrong secret, which is not sent again",
          "refuses a wrong password, which is not sent again",
          "gets the password within the same call when the refresh token was revoked",
          "sees one renewal when three are asked for at once, and each refresh token once",
          "is asked with the password when another client has used the refresh token"
        ]
      }
    }
  ],
  "Found in the field": [
    {
      what: "a refresh token that is refused in other words than `invalid_grant`",
      tests: { [memory]: ["that is over is followed by the password in the same call, and never sent again: ${name}"] }
    },
    {
      what: "a gateway's page that looks like a refusal, to a password grant",
      tests: {
        [memory]: ["sends a password again after 30 s, 5 min, 15 min, then hourly, where the reply is unclear: ${name}"]
      }
    },
    {
      what: "a password that is refused in other words; seven views of an account with a wrong password",
      tests: {
        [memory]: [
          "sends a wrong password once for seven views, one after another or at once: ${name}",
          "delays no other view where a request was refused: ${error}",
          "sends each of two replicas of a wrong ${kind} once, though they come in turn"
        ]
      }
    },
    {
      what: "a secret that can't be read for a moment after a refusal",
      tests: { [memory]: ["still knows of ${name} after the secret could not be read for a moment"] }
    },
    {
      what: "the process is suspended during a token request, for longer than the deadline",
      tests: {
        "core/test/Suspension.test.ts": [
          "for longer than the deadline uses the reply that waits in its socket, over ${transport}"
        ]
      }
    },
    {
      what: "who started a token request is gone: a Worker's request has ended, was aborted or hung up",
      tests: {
        "edge-worker/test/Liveness.test.ts": [
          "50 cold requests make one token request",
          "a renewal in the background whose request has ended is followed by another one",
          "a renewal in the background that waitUntil keeps alive is used",
          "a cold start whose first caller gives up after 300 ms leaves later requests a token",
          "a request that ends while others wait for its token request leaves them a token",
          "a client that hangs up leaves those who wait, and later requests, a token"
        ]
      }
    },
    {
      what: "a pool's key that is a record or a `Data.Class`",
      tests: {
        "core/test/TokenPool.test.ts": [
          "finds an account by equality: a record or a Data.Class with equal fields is the same one"
        ]
      }
    },
    {
      what: "the machine slept after a `Retry-After`",
      tests: { [memory]: ["waits by the clock that says that more time has passed"] }
    },
    {
      what: "nothing was sent: a connection that was never made",
      tests: { [memory]: ["is not spent by a connection that was never made: it is tried again at once"] }
    },
    {
      what: "a refresh token that may be spent, after a 5xx, a lost reply or a timeout",
      tests: {
        [memory]: [
          "that may be spent is sent once more, 5 s later, and no third time: then the password is; ${name}",
          "is left alone by `renew` where it may be spent"
        ]
      }
    },
    {
      what: "an authorization server recovers",
      tests: {
        [memory]: [
          "doesn't keep a password account from a token within 5 s of a recovery, after ${recovery} s"
        ],
        "core/test/TokenPool.test.ts": [
          "lets one of 10,000 accounts probe an endpoint that fails, and the others follow with jitter"
        ]
      }
    },
    {
      what: "a server that counts whole seconds",
      tests: {
        [memory]: [
          "count from the second in which the request was sent, rounded down: no token is served in its last"
        ]
      }
    },
    {
      what: "an error's body that can't be read as a whole: ISO-8859-1, a form, a byte order mark, broken elsewhere",
      faults: ["invalid_grant in another dress"],
      tests: { "core/test/internal/http/replyBody.test.ts": ["is read %s", "is none where it is %s"] }
    },
    {
      what: "a field that says nothing: `error` that is null, empty or no text beside a token",
      faults: ["an error beside the token that says nothing"],
      tests: { [response]: ["is none when the error of a 200 says nothing: %j"] }
    },
    {
      what: "a value in another notation: `Retry-After` with decimals and every form of date",
      faults: ["Retry-After"],
      tests: {
        "core/test/internal/http/retryAfter.test.ts": [
          "reads seconds, rounds them up, and believes an hour at most: %s",
          "reads a date: %s",
          "counts a date from the reply's own Date, whatever this clock says: %s"
        ]
      }
    },
    {
      what: "a cache below: a `fetch` that keeps replies",
      tests: { [wires]: ["lets no cache keep the reply, whatever the application's RequestInit says"] }
    },
    {
      what: "a coding that was not requested",
      faults: ["a reply compressed with gzip that was not requested"],
      tests: {
        [wires]: [
          "asks for no compression",
          "reads a reply that is compressed although that was not requested: ${coding}",
          "does not understand a reply that can't be decompressed, or that is too large then"
        ]
      }
    },
    {
      what:
        "a transport's own words: https to a plain port, a port that `fetch` blocks, 100 and 101, a proxy's refusal",
      faults: [
        "https to a port that speaks plain http",
        "an interim 100 that was not requested",
        "an interim 102",
        "a 101 that was not requested",
        "status 407, of a proxy"
      ],
      tests: {
        [wires]: [
          "refuses https to a port that speaks plain http, for safety",
          "does not understand a 101 that it didn't ask for",
          "has sent nothing where the proxy refuses the tunnel: %i"
        ],
        "core/test/internal/http/transport.test.ts": ["says that nothing was sent: %s"],
        "core/test/internal/http/url.test.ts": ["refuses the ports that fetch blocks, and no other"]
      }
    },
    {
      what: "a hostile or broken server's text: a long description, a refresh token of 40,000 characters",
      faults: ["an error_description of 10 MB", "a refresh token of 40,000 characters"],
      tests: {
        "core/test/internal/text/shown.test.ts": ["is less than 20 ms for a megabyte of any text"],
        "core/test/internal/text/strictJson.test.ts": ["takes a few milliseconds for a megabyte of any text"],
        [response]: ["is none when it is too long to be kept"]
      }
    },
    {
      what: "a wrong type from JavaScript",
      tests: { "core/test/Provider.test.ts": ["refuses a wrong type of ${option} from JavaScript, by its name"] }
    },
    {
      what: "a clock is put right after a token was stored",
      tests: {
        [suite]: ["no token is used past its end, though it was stored by a clock two hours ahead"],
        "store/test/KeyValueTokenStore.test.ts": [
          "uses no token that was stored by a clock two hours ahead, and puts another in its place",
          "does not apply a refusal that was stored by a clock two hours ahead"
        ]
      }
    },
    {
      what: "what a reply means, line by line",
      faults: ["a refusal in other words"],
      tests: {
        "core/test/internal/engine/ReplyMeaning.test.ts": [
          "is over by any other word of the server: %i %s",
          "is kept after %s, until the second in a row with a caller waiting",
          "is refused by %s, and never sent again by itself",
          "are refused by %s: 30 s, doubled up to 15 min",
          "are perhaps refused by what is unclear: 5 s, doubled up to 5 min: %s %j"
        ]
      }
    },
    {
      what: "a 5xx after a rotation, where processes share a refresh token",
      tests: {
        [schedules]: ["send each twice at most, five seconds apart, and the same process both times"],
        [suite]: ["a refresh token that may be spent is sent by no process that did not see its request fail"]
      }
    },
    {
      what: "a writer without the key in a shared store: an old number, an impossible time",
      tests: {
        [shared]: [
          "uses no token under the number of another",
          "fails as usual where the times in a record are impossible"
        ],
        [postgres]: [
          "a token under another number",
          "fails as usual where the times in a row are impossible"
        ]
      }
    },
    {
      what: "`renew` during a suspension",
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
    "| what | tests |",
    "|---|---|",
    ...rows.map(({ faults = [], tests = {}, what }) => {
      const named = [
        ...faults.length === 0 ? [] : [`faults above: ${faults.join("; ")}`],
        ...Object.entries(tests).map(([file, names]) =>
          `[${file}](../${folderOf(file)}/${file}): ${
            names.map((name) => `\`${name.replaceAll("`", "")}\``).join(", ")
          }`
        )
      ]
      return `| ${what} | ${named.join("<br>")} |`
    })
  ])
