import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { readFile } from "node:fs/promises"
import { loopbackHost, loopbackOnly } from "./loopbackOnly.ts"

// Nothing but what the sandbox itself serves, no frame around it, and nothing inline.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

// The page is shipped as it was written; the same relative path leads there from the sources and from what is built.
const file = (name: string, contentType: string) =>
  Effect.map(
    Effect.promise(() => readFile(new URL(`../../src/page/${name}`, import.meta.url))),
    (content) =>
      HttpServerResponse.uint8Array(content, {
        contentType: `${contentType}; charset=utf-8`,
        headers: {
          "cache-control": "no-cache",
          "content-security-policy": policy,
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-resource-policy": "same-origin",
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff"
        }
      })
  )

/** The page for people, and its files. */
export const pageRoutes = [
  HttpRouter.route("GET", "/", loopbackHost(file("index.html", "text/html"))),
  HttpRouter.route("GET", "/_sandbox/page.css", loopbackOnly(file("page.css", "text/css"))),
  ...["page.js", "dom.js", "journal.js", "inspector.js", "curl.js", "panels.js", "presets.js", "search.js"].map((
    name
  ) => HttpRouter.route("GET", `/_sandbox/${name}`, loopbackOnly(file(name, "text/javascript"))))
]
