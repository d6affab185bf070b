import { assert, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Browser, chromium, type Page } from "playwright-core"
import { Account, Answer, Sandbox } from "../src/index.ts"
import { basicOf, bearer, field, post, request } from "./support/wire.ts"

const flags = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

const patience = 100_000

class Chromium extends Context.Service<Chromium, Browser>()("test/Chromium") {
  static readonly layer = Layer.effect(
    Chromium,
    Effect.acquireRelease(
      Effect.promise(() => chromium.launch({ executablePath: "/usr/bin/chromium", args: flags, timeout: patience })),
      (browser) => Effect.promise(() => browser.close())
    )
  )
}

/** The sandbox's page, and everything that a page shouldn't do. */
const openPage = Effect.fnUntraced(function*(options: { readonly colorScheme: "light" | "dark" }) {
  const { origin } = yield* Sandbox
  const browser = yield* Chromium
  const page = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage(options)),
    (opened) => Effect.promise(() => opened.close())
  )
  page.setDefaultTimeout(patience)
  const complaints: Array<string> = []
  page.on("pageerror", (error) => complaints.push(error.message))
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
  })
  page.on("request", (asked) => {
    const url = asked.url()
    if (!url.startsWith(origin) && !url.startsWith("data:")) complaints.push(`asked for ${url}`)
  })
  yield* Effect.promise(() => page.goto(`${origin}/`))
  yield* Effect.promise(() => page.waitForSelector(`#connection[data-live="true"]`))
  return { page, complaints }
})

const ask = Effect.flatMap(
  Sandbox,
  ({ urls }) =>
    post(`${urls.routee}/oauth/token`, "grant_type=client_credentials&scope=account", basicOf(Account.routee))
)

const click = (page: Page, selector: string) => Effect.promise(() => page.click(selector))
const see = (page: Page, selector: string) => Effect.promise(() => page.waitForSelector(selector))
const choose = (page: Page, selector: string, value: string) => Effect.promise(() => page.selectOption(selector, value))
const textOf = (page: Page, selector: string) => Effect.promise(() => page.innerText(selector))
const count = (page: Page, selector: string) => Effect.promise(() => page.locator(selector).count())

layer(Chromium.layer, { excludeTestServices: true })("The page", (it) => {
  it.effect("shows requests as they happen, a row each, with what was asked and answered", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const { complaints, page } = yield* openPage({ colorScheme: "light" })
      assert.include(yield* textOf(page, "#empty"), "Nothing has come in yet")
      const token = field(yield* ask, "access_token")
      yield* see(page, `tr[data-seq="1"] .badge.good`)
      const row = yield* textOf(page, `tr[data-seq="1"]`)
      for (
        const part of ["routee", "POST /oauth/token", "client_credentials", "basic", "5756a411", "200", "new token"]
      ) {
        assert.include(row, part)
      }
      yield* request(`${urls.routee}/accounts/me/balance`, { headers: bearer(token) })
      yield* see(page, `tr[data-seq="2"] .badge.good`)
      assert.include(yield* textOf(page, "tbody tr:first-child"), "let in")
      yield* see(page, `[data-count="api"]:text-is("1")`)
      yield* choose(page, "#filter-kind", "token")
      assert.strictEqual(yield* count(page, "tr.entry"), 1)
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("keeps how long a request took in sight, on a small screen too", () =>
    Effect.gen(function*() {
      const { script, urls } = yield* Sandbox
      yield* ask
      yield* script({ kind: "token" }, [Answer.delay(1)])
      yield* ask
      yield* post(
        `${urls["vonage-contact-center-v0"]}/v0/oauth2/token`,
        "grant_type=client_credentials",
        basicOf(Account.vonageV0)
      )
      const { page } = yield* openPage({ colorScheme: "light" })
      yield* see(page, `tr[data-seq="3"]`)
      const hidden = yield* Effect.promise(() =>
        page.locator("#journal .scroll").evaluate((around) => around.scrollWidth - around.clientWidth)
      )
      assert.isAtMost(hidden, 0)
      yield* Effect.promise(() => page.setViewportSize({ width: 390, height: 800 }))
      const right = (selector: string) =>
        Effect.promise(() => page.locator(selector).evaluate((cell) => cell.getBoundingClientRect().right))
      for (const cell of [".badge", "td:last-child"]) {
        const end = yield* right(`tr[data-seq="3"] ${cell}`)
        assert.isTrue(end > 0 && end <= 390, `${cell} ends at ${end}`)
      }
      yield* click(page, `tr[data-seq="3"]`)
      assert.match(
        yield* textOf(page, "tr.detail"),
        /Grant\s+client_credentials\s+Placement\s+basic\s+Account\s+a1b2c3d4e5/
      )
      const buttonEnds = yield* Effect.promise(() =>
        page.locator("#clear").evaluate((button) => button.scrollWidth - button.clientWidth)
      )
      assert.isAtMost(buttonEnds, 0)
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("opens a row to its details, by mouse and by keyboard", () =>
    Effect.gen(function*() {
      const { fingerprint } = yield* Sandbox
      const { complaints, page } = yield* openPage({ colorScheme: "light" })
      const token = field(yield* ask, "access_token")
      yield* see(page, `tr[data-seq="1"] .badge.good`)
      yield* click(page, `tr[data-seq="1"]`)
      const details = yield* textOf(page, "tr.detail")
      assert.include(details, fingerprint(token))
      assert.include(details, fingerprint(Account.routee.clientSecret))
      assert.notInclude(yield* Effect.promise(() => page.content()), token)
      yield* Effect.promise(() => page.focus(`tr[data-seq="1"] button`))
      yield* Effect.promise(() => page.keyboard.press("Enter"))
      assert.strictEqual(yield* count(page, "tr.detail"), 0)
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("shows the tokens alive, and revokes them", () =>
    Effect.gen(function*() {
      const { tokens, urls } = yield* Sandbox
      const { complaints, page } = yield* openPage({ colorScheme: "dark" })
      const token = field(yield* ask, "access_token")
      yield* see(page, "#tokens li")
      assert.match(yield* textOf(page, "#tokens li"), /5\d min \d+ s|1 h 0 min/)
      yield* click(page, "#tokens li button")
      yield* see(page, "#no-tokens:visible")
      assert.deepStrictEqual(yield* tokens, [])
      const call = yield* request(`${urls.routee}/accounts/me/balance`, { headers: bearer(token) })
      assert.strictEqual(call.status, 401)
      yield* ask
      yield* see(page, `#token-count:text-is("1")`)
      yield* click(page, "#revoke-all")
      yield* see(page, "#no-tokens:visible")
      assert.deepStrictEqual(yield* tokens, [])
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("scripts the next answers and takes them back, sets lifetimes, and clears the journal", () =>
    Effect.gen(function*() {
      const { journal } = yield* Sandbox
      const { complaints, page } = yield* openPage({ colorScheme: "light" })
      yield* choose(page, "#script [name=provider]", "routee")
      yield* choose(page, "#script [name=answer]", "429, come back in 2 s")
      yield* choose(page, "#script [name=times]", "2")
      yield* click(page, "#script button")
      yield* see(page, `#scripts li:has-text("Status 429")`)
      const answer = yield* ask
      assert.deepStrictEqual([answer.status, answer.headers.get("retry-after")], [429, "2"])
      yield* see(page, `#scripts li:has-text("1 more")`)
      yield* click(page, "#scripts button")
      yield* Effect.promise(() => page.waitForSelector("#scripts:not(:has(li))", { state: "attached" }))
      yield* choose(page, "#lifetimes [name=provider]", "routee")
      yield* choose(page, "#lifetimes [name=lifetime]", "60")
      // A notice is gone after a while.
      yield* Effect.all([see(page, `#notice:has-text("1 minute")`), click(page, "#lifetimes button")], {
        concurrency: 2,
        discard: true
      })
      assert.strictEqual(field(yield* ask, "expires_in"), "60")
      yield* see(page, `tr[data-seq="2"]`)
      yield* click(page, "#clear")
      yield* see(page, "#empty:visible")
      assert.strictEqual(yield* count(page, "tr.entry"), 0)
      assert.deepStrictEqual(yield* journal, [])
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("shows what a client says of itself as text, whatever it is", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const { complaints, page } = yield* openPage({ colorScheme: "light" })
      const markup = `<img src=x onerror="document.title='taken'">`
      yield* post(`${urls.generic}/${encodeURIComponent(markup)}`, "", { "user-agent": markup, accept: markup })
      yield* see(page, `tr[data-seq="1"]`)
      yield* click(page, `tr[data-seq="1"]`)
      assert.include(yield* textOf(page, "tr.detail"), markup)
      assert.strictEqual(yield* count(page, "table img"), 0)
      assert.strictEqual(yield* Effect.promise(() => page.title()), "Mintmark sandbox")
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("is light or dark as the reader's system is", () =>
    Effect.gen(function*() {
      const ground = (page: Page) =>
        Effect.promise(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor))
      const light = yield* openPage({ colorScheme: "light" })
      const dark = yield* openPage({ colorScheme: "dark" })
      assert.strictEqual(yield* ground(light.page), "rgb(244, 246, 245)")
      assert.strictEqual(yield* ground(dark.page), "rgb(16, 20, 19)")
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("allows nothing but itself, and nobody who calls this machine by another name", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      for (const path of ["/", "/_sandbox/page.css", "/_sandbox/page.js"]) {
        const { headers, status } = yield* request(origin + path)
        assert.strictEqual(status, 200)
        assert.include(headers.get("content-security-policy") ?? "", "default-src 'none'; script-src 'self'")
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
      }
      const { text } = yield* request(`${origin}/`)
      assert.notMatch(text, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
      assert.notMatch(text, /<script(?! type="module" src="\/_sandbox\/page\.js"><\/script>)|<style| style=| on\w+=/)
    }).pipe(Effect.provide(Sandbox.layer())))
})
