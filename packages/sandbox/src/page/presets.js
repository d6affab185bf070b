// Each is an answer as `@mintmark/sandbox/Answer` constructs it.
const status = (code, more = {}) => ({ _tag: "Status", status: code, ...more })
const oauth = (code, error, description) =>
  status(code, { body: JSON.stringify({ error, error_description: description }) })
const token = (fields, without = []) => ({ _tag: "Token", fields, without })

/** The answers that the page offers: group, name, answer, what it is for. */
export const presets = [
  [
    "Overload and outage",
    "429, Retry-After: 2",
    status(429, { headers: [["retry-after", "2"]] }),
    "A client waits two seconds before the next request."
  ],
  [
    "Overload and outage",
    "503, Retry-After: 30",
    status(503, { headers: [["retry-after", "30"]] }),
    "A client waits half a minute, and uses the token that it has."
  ],
  ["Overload and outage", "500", status(500), "A server error without details."],
  [
    "Overload and outage",
    "503 after the request was processed",
    status(503, { processed: true }),
    "A gateway fails after the server was done: a refresh token is spent, and its successor is lost."
  ],
  [
    "Overload and outage",
    "The usual answer, 3 s late",
    { _tag: "Delay", millis: 3000, answer: { _tag: "Ordinary" } },
    "Several callers wait for one token request."
  ],
  [
    "Refusals",
    "401",
    status(401),
    "Wrong client credentials, with the provider's own error body; or a token that the API refuses."
  ],
  ["Refusals", "403", status(403), "A missing right, or a gateway."],
  ["Refusals", "400 invalid_grant", oauth(400, "invalid_grant"), "The refresh token or the password is refused."],
  ["Refusals", "400 invalid_scope", oauth(400, "invalid_scope"), "The request is refused, not the credentials."],
  ["Refusals", "401 unauthorized_client", oauth(401, "unauthorized_client"), "The client may not use this grant."],
  ["Refusals", "400 without a body", status(400, { body: "" }), "A refusal without a reason."],
  [
    "Refusals",
    "400 that quotes the secrets of the request",
    { _tag: "Quoting", status: 400, error: "invalid_grant" },
    "A client masks them in its errors and logs."
  ],
  [
    "Refusals",
    "400 with control characters in its description",
    oauth(400, "invalid_request", "\u001b[31mred\u001b[0m\r\nInjected: header \u0007"),
    "A client cleans what it prints."
  ],
  [
    "Refusals",
    "403 as a page of HTML",
    status(403, { body: "<h1>Forbidden</h1>", contentType: "text/html" }),
    "A gateway's page, and no refusal by the server."
  ],
  [
    "Token replies",
    "expires_in: 5",
    token({ expires_in: 5 }),
    "The reply names five seconds; the token is valid for as long as set."
  ],
  [
    "Token replies",
    "expires_in as text: \"3600\"",
    token({ expires_in: "3600" }),
    "Some servers send a number as text."
  ],
  ["Token replies", "No expires_in", token({}, ["expires_in"]), "A client assumes a lifetime."],
  ["Token replies", "No refresh_token", token({}, ["refresh_token"]), "A client keeps the refresh token that it has."],
  ["Token replies", "token_type: DPoP", token({ token_type: "DPoP" }), "A token that can't be used as Bearer."],
  ["Token replies", "An empty access_token", token({ access_token: "" }), "No token, in a reply with 200."],
  ["Token replies", "200 with an error in it", oauth(200, "server_error"), "Some servers report errors with 200."],
  [
    "Token replies",
    "200 as a page of HTML",
    status(200, { body: "<h1>Welcome</h1>", contentType: "text/html" }),
    "A captive portal or a proxy."
  ],
  ["Token replies", "204 without a body", status(204, { body: "" }), "No body, with a status of success."],
  [
    "Connection",
    "Silence",
    { _tag: "Hang", where: "before-headers", processed: false },
    "The client's deadline ends it. The server did nothing."
  ],
  [
    "Connection",
    "Silence after the request was processed",
    { _tag: "Hang", where: "before-headers", processed: true },
    "The client's deadline ends it. The server was done."
  ],
  [
    "Connection",
    "Silence halfway through the body",
    { _tag: "Hang", where: "mid-body", processed: true },
    "The client's deadline counts for the body, too."
  ],
  [
    "Connection",
    "A reset",
    { _tag: "Reset", where: "before-headers", processed: false },
    "The connection breaks before an answer. The server did nothing."
  ],
  [
    "Connection",
    "A reset after the request was processed",
    { _tag: "Reset", where: "before-headers", processed: true },
    "The connection breaks before an answer. The server was done."
  ],
  ["Connection", "A body that is cut short", { _tag: "Truncate" }, "The connection ends in the middle of the body."],
  ["Connection", "A wrong Content-Length", { _tag: "WrongLength", by: 10 }, "Content-Length is greater than the body."],
  ["Connection", "A few bytes at a time", { _tag: "Drip", every: 100, bytes: 16 }, "16 bytes every 100 ms."],
  [
    "Connection",
    "Not HTTP at all",
    { _tag: "Raw", bytes: "nonsense\r\n", end: "close" },
    "Another protocol on this port."
  ],
  [
    "Connection",
    "Interim answers without end",
    { _tag: "EarlyHints", count: 1000 },
    "1,000 times 103, and no final answer."
  ],
  [
    "Connection",
    "An interim answer (100), then the usual one",
    { _tag: "Interim", status: 100 },
    "Not requested, and no reason to fail."
  ],
  [
    "Connection",
    "A switch to another protocol (101)",
    {
      _tag: "Raw",
      bytes: "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n",
      end: "hang"
    },
    "Not requested: not a usable answer."
  ],
  [
    "Token replies",
    "The server's clock is an hour ahead",
    { _tag: "Dated", by: 3600 },
    "Its Date says so; a lifetime in seconds stays right."
  ],
  [
    "Large and odd bodies",
    "A redirect to another host",
    status(307, { body: "", headers: [["location", "https://example.com/token"]] }),
    "A client doesn't take credentials there."
  ],
  ["Large and odd bodies", "64 MiB", { _tag: "BigBody", bytes: 67108864 }, "A client stops at its limit."],
  [
    "Large and odd bodies",
    "64 MiB, compressed to 64 KiB",
    { _tag: "GzipBomb", bytes: 67108864 },
    "A client stops at its limit after decompression."
  ],
  [
    "Large and odd bodies",
    "Compressed, although not requested",
    { _tag: "NestedEncodings", count: 1 },
    "Content-Encoding: gzip."
  ],
  [
    "Large and odd bodies",
    "Headers beyond 16 KiB",
    { _tag: "BigHeaders", bytes: 20000 },
    "More than Node reads by default."
  ],
  ["Large and odd bodies", "401 with a body that never ends", {
    _tag: "Endless",
    status: 401,
    contentType: "text/event-stream",
    text: ": keep-alive\n\n",
    every: 100
  }, "A client doesn't wait for it."],
  [
    "The usual answer",
    "Nothing changed",
    { _tag: "Ordinary" },
    "A place in a sequence of answers where nothing is changed."
  ]
]

/** The switches: provider, name, label, choices. */
export const switches = [
  ["routee", "expiredTokenStatus", "An expired or revoked token gets", [[401, "401"], [403, "403"]]],
  ["routee-email", "expiredTokenStatus", "An expired or revoked token gets", [[401, "401"], [403, "403"]]],
  ["voipex", "refusedPasswordStatus", "A wrong password gets", [[401, "401 invalid_grant"], [
    400,
    "400 invalid_grant"
  ]]],
  ["voipex", "rotation", "A refresh token works", [[true, "once; a second use ends the session"], [
    false,
    "until it expires"
  ]]],
  ["voipex", "lockout", "Two wrong passwords within a second", [[true, "lock the account for a minute"], [
    false,
    "change nothing"
  ]]],
  ["generic", "wholeSeconds", "An access token expires", [[false, "to the millisecond"], [
    true,
    "at a whole second, rounded down"
  ]]],
  ["generic", "placement", "Client credentials are read from", [
    ["client_secret_basic", "Basic, form-encoded"],
    ["client_secret_basic_raw", "Basic, raw"],
    ["client_secret_post", "the body"],
    ["none", "no secret: client_id in the body"]
  ]],
  ["generic", "rotation", "A refresh token works", [[true, "once; a second use ends the session"], [
    false,
    "until it expires"
  ]]],
  ["generic", "renewedRefreshToken", "A renewal is answered with", [
    ["new", "a new refresh token"],
    ["same", "the same refresh token"],
    ["none", "no refresh token"]
  ]]
]
