import { assert, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFile } from "node:child_process"
import { type Browser, chromium, type Page } from "playwright-core"
import { Account, Answer, Sandbox } from "../src/index.ts"
import { basic, basicOf, bearer, field, post, request } from "./support/wire.ts"

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

interface PageOptions {
  readonly colorScheme?: "light" | "dark"
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly path?: string
}

const isLive = (page: Page) => Effect.promise(() => page.waitForSelector(`#connection[data-live="true"]`))

/** The sandbox's page, and everything that a page shouldn't do. */
const openPage = Effect.fnUntraced(function*({ path = "/", ...options }: PageOptions = {}) {
  const { origin } = yield* Sandbox
  const browser = yield* Chromium
  const page = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage({ permissions: ["clipboard-read", "clipboard-write"], ...options })),
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
  page.on("dialog", (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  yield* Effect.promise(() => page.goto(origin + path))
  yield* isLive(page)
  return { page, complaints }
})

const routeeToken = "https://auth.routee.net/oauth/token"
const balance = "https://connect.routee.net/accounts/me/balance"

const ask = Effect.flatMap(
  Sandbox,
  ({ at }) => post(at(routeeToken), "grant_type=client_credentials&scope=account", basicOf(Account.routee))
)

const click = (page: Page, selector: string) => Effect.promise(() => page.click(selector))
const see = (page: Page, selector: string) => Effect.promise(() => page.waitForSelector(selector))
const gone = (page: Page, selector: string) => Effect.promise(() => page.waitForSelector(selector, { state: "hidden" }))
const choose = (page: Page, selector: string, value: string) => Effect.promise(() => page.selectOption(selector, value))
const fill = (page: Page, selector: string, value: string) => Effect.promise(() => page.fill(selector, value))
const press = (page: Page, key: string) => Effect.promise(() => page.keyboard.press(key))
const textOf = (page: Page, selector: string) => Effect.promise(() => page.innerText(selector))
const count = (page: Page, selector: string) => Effect.promise(() => page.locator(selector).count())
const clipboard = (page: Page) => Effect.promise(() => page.evaluate(() => navigator.clipboard.readText()))
const overflow = (page: Page, selector: string) =>
  Effect.promise(() => page.locator(selector).evaluate((around) => around.scrollWidth - around.clientWidth))

/** What a shell makes of a command, with these variables. */
const shell = (command: string, env: Record<string, string>) =>
  Effect.callback<string>((resume) => {
    execFile("bash", ["-c", command], { env: { PATH: process.env["PATH"], ...env } }, (error, stdout, stderr) => {
      resume(Effect.succeed(error === null ? stdout : stderr))
    })
  })

layer(Chromium.layer, { excludeTestServices: true })("The page", (it) => {
  it.effect("shows requests as they happen, one row each, with the request, the reply and the reason", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const { complaints, page } = yield* openPage()
      assert.include(yield* textOf(page, "#empty"), "No requests yet")
      const token = field(yield* ask, "access_token")
      yield* see(page, `[data-seq="1"] .badge.good`)
      const row = yield* textOf(page, `[data-seq="1"]`)
      for (const part of ["Routee", "POST auth.routee.net/oauth/token", "5756a411", "200", "new token"]) {
        assert.include(row, part)
      }
      yield* request(at(balance), { headers: bearer(token) })
      yield* see(page, `[data-seq="2"] .badge.good`)
      assert.include(yield* textOf(page, `[data-seq="2"]`), "accepted")
      yield* post(at(routeeToken), "grant_type=client_credentials&scope=nonsense", basicOf(Account.routee))
      yield* see(page, `[data-seq="3"] .badge.warn`)
      assert.include(yield* textOf(page, `[data-seq="3"]`), "The account may not have the scope nonsense")
      yield* see(page, `[data-count="api"]:text-is("1")`)
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("expands a row to the whole exchange, with fingerprints in place of secrets", () =>
    Effect.gen(function*() {
      const { at, fingerprint } = yield* Sandbox
      const { complaints, page } = yield* openPage()
      const token = field(yield* ask, "access_token")
      yield* request(at("https://connect.routee.net/sms"), {
        method: "POST",
        headers: { ...bearer(token), "content-type": "application/json" },
        body: JSON.stringify({ body: "Hello" })
      })
      yield* click(page, `[data-seq="1"]`)
      yield* see(page, "#detail .message:nth-of-type(2)")
      const details = yield* textOf(page, "#detail")
      for (
        const part of [
          "POST /auth.routee.net/oauth/token HTTP/1.1",
          `Basic base64(${Account.routee.clientId}:•••${fingerprint(Account.routee.clientSecret)})`,
          "grant_type = client_credentials",
          "HTTP/1.1 200 OK",
          "cache-control",
          `"access_token": "•••${fingerprint(token)}"`,
          `"permissions"`
        ]
      ) {
        assert.include(details, part)
      }
      assert.notInclude(yield* Effect.promise(() => page.content()), token)
      yield* click(page, "#detail .message:nth-of-type(2) h3 button")
      yield* see(page, `#notice:has-text("Copied")`)
      const copied = yield* clipboard(page)
      assert.match(copied, /^HTTP\/1\.1 200 OK\n[^]*content-type: application\/json[^]*\n\n\{"access_token":"•••/)
      assert.include(copied, `•••${fingerprint(token)}`)
      assert.notInclude(copied, token)
      yield* click(page, `[data-seq="2"]`)
      yield* see(page, `#detail .why:has-text("needs the scope sms, and the access token has: account")`)
      assert.include(yield* textOf(page, "#detail"), `"body": "Hello"`)
      yield* click(page, "#detail .mask >> nth=0")
      assert.strictEqual(yield* Effect.promise(() => page.inputValue("#search")), fingerprint(token))
      yield* see(page, `[data-seq="1"]`)
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("copies a request as a curl command that runs once its variables are set", () =>
    Effect.gen(function*() {
      const { at, journal } = yield* Sandbox
      const { page } = yield* openPage()
      const token = field(yield* ask, "access_token")
      yield* request(at("https://connect.routee.net/accounts/me/balance?a=it's"), { headers: bearer(token) })
      const { password, username } = Account.voipex
      yield* post(
        at("https://auth.voipex.io/token"),
        new URLSearchParams({ grant_type: "password", client_id: "api", username, password }).toString()
      )
      const env = {
        ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
        ACCESS_TOKEN: token,
        VOIPEX_PASSWORD: Account.voipex.password
      }
      for (
        const [seq, variable] of [[1, "ROUTEE_APPLICATION_SECRET"], [2, "ACCESS_TOKEN"], [
          3,
          "VOIPEX_PASSWORD"
        ]] as const
      ) {
        yield* click(page, `[data-seq="${seq}"]`)
        yield* see(page, `#detail .top:has-text("#${seq}")`)
        yield* click(page, "#copy-curl")
        yield* see(page, `#notice:has-text("curl")`)
        const command = yield* clipboard(page)
        assert.include(command, `"$${variable}"`)
        for (const secret of Object.values(env)) assert.notInclude(command, secret)
        yield* shell(command, env)
      }
      assert.deepStrictEqual(
        (yield* journal).map(({ path, query, status }) => [path, query.length, status]).slice(3),
        (yield* journal).map(({ path, query, status }) => [path, query.length, status]).slice(0, 3)
      )
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("shows each account with its id and what is accepted and refused, and copies its .env", () =>
    Effect.gen(function*() {
      const { complaints, page } = yield* openPage({ path: "/#accounts" })
      assert.strictEqual(yield* count(page, "#cards .card"), Account.defaults.length)
      const card = yield* textOf(page, `[data-account="${Account.vonage.clientId}"]`)
      for (const part of ["Vonage Contact Center", "https://emea.cc.vonage.com/Auth/connect/token", "invalid_scope"]) {
        assert.include(card, part)
      }
      yield* click(page, `[data-account="${Account.voipex.username}"] [aria-label^="Copy the .env"]`)
      yield* see(page, `#notice:has-text(".env")`)
      const lines = yield* clipboard(page)
      assert.include(lines, `VOIPEX_USERNAME='alice@example.com'\nVOIPEX_PASSWORD='correct horse +battery& stäple'\n`)
      assert.match(lines, /^VOIPEX_BASE_URL='http/m)
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("shows what is configured, resets each setting with a button, and shows the same after a reload", () =>
    Effect.gen(function*() {
      const { clearJournal, journal } = yield* Sandbox
      const { complaints, page } = yield* openPage({ path: "/#faults" })
      yield* choose(page, "#script [name=provider]", "routee")
      yield* Effect.promise(() => page.selectOption("#script [name=answer]", { label: "429, Retry-After: 2" }))
      yield* choose(page, "#script [name=times]", "2")
      yield* click(page, "#script button")
      const words = "The next 2 token requests to Routee: 429 Too Many Requests, Retry-After: 2"
      yield* see(page, `#settings li:has-text("${words}")`)
      yield* choose(page, "#lifetimes [name=provider]", "routee")
      yield* choose(page, "#lifetimes [name=lifetime]", "60")
      yield* click(page, "#lifetimes button")
      yield* see(page, `#settings li:has-text("New access tokens of Routee live 1 min")`)
      yield* Effect.promise(() => page.selectOption(`[data-switch="voipex/rotation"]`, { label: "until it expires" }))
      yield* see(page, `#settings li:has-text("Voipex: a refresh token works until it expires")`)

      const answer = yield* ask
      assert.deepStrictEqual([answer.status, answer.headers.get("retry-after")], [429, "2"])
      yield* see(page, `#settings li:has-text("The next one of the token requests to Routee")`)
      yield* clearJournal
      yield* Effect.promise(() => page.reload())
      yield* isLive(page)
      yield* see(page, "#settings li >> nth=2")
      assert.strictEqual(yield* count(page, "#settings li"), 3)
      assert.deepStrictEqual(yield* journal, [])

      yield* click(page, `#settings li:has-text("token requests") .undo`)
      yield* gone(page, `#settings li:has-text("token requests")`)
      assert.strictEqual(field(yield* ask, "expires_in"), "60")
      yield* click(page, "#undo-all")
      yield* gone(page, "#set-now")
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("offers the sandbox's answers and switches, each with a description", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      const { page } = yield* openPage()
      const text = yield* Effect.promise(() =>
        page.evaluate<string>(`import("/_sandbox/presets.js").then(({ presets }) => JSON.stringify(presets))`)
      )
      const presets: ReadonlyArray<readonly [string, string, unknown, string]> = JSON.parse(text)
      assert.isAbove(presets.length, 30)
      for (const [group, name, answer, hint] of presets) {
        assert.isTrue([group, name, hint].every((text) => text !== ""), name)
        const set = yield* request(`${origin}/_sandbox/script`, {
          method: "POST",
          body: JSON.stringify({ target: {}, answers: [answer] }),
          headers: { "content-type": "application/json" }
        })
        assert.strictEqual(set.status, 200, `${name}: ${set.text}`)
      }
      yield* see(page, `#settings li >> nth=${presets.length - 1}`)
      yield* click(page, "#tab-faults")
      const values = yield* Effect.promise(() =>
        page.locator("#behavior select").evaluateAll((selects) =>
          selects.map((select) => select instanceof HTMLSelectElement ? select.selectedOptions.length : 0)
        )
      )
      assert.isAbove(values.length, 6)
      assert.isTrue(values.every((count) => count === 1))
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("clears the journal and nothing else", () =>
    Effect.gen(function*() {
      const { journal, script, setLifetime, tokens } = yield* Sandbox
      yield* ask
      yield* script({ provider: "voipex" }, [Answer.status(500)])
      yield* setLifetime({ provider: "routera" }, 5)
      const { page } = yield* openPage()
      yield* see(page, `[data-seq="1"]`)
      yield* click(page, "#clear")
      yield* see(page, "#empty:visible")
      assert.deepStrictEqual(yield* journal, [])
      assert.strictEqual((yield* tokens).length, 1)
      assert.strictEqual(yield* count(page, "#settings li"), 2)
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("finds requests by search and filters, which survive a reload", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      yield* ask
      yield* post(at("https://api.routera.io/oauth2/token"), "grant_type=client_credentials", basic("unknown:x"))
      yield* request(at(balance))
      const { page } = yield* openPage()
      yield* see(page, `[data-seq="3"]`)
      yield* choose(page, "#filter-kind", "token")
      yield* gone(page, `[data-seq="3"]`)
      yield* fill(page, "#search", "no account of routera")
      yield* gone(page, `[data-seq="1"]`)
      assert.strictEqual(yield* textOf(page, "#shown-count"), "1 of 3")
      yield* Effect.promise(() => page.reload())
      yield* isLive(page)
      yield* see(page, `[data-seq="2"]`)
      assert.strictEqual(yield* count(page, ".row"), 1)
      yield* fill(page, "#search", "nothing like that")
      yield* click(page, "#reset-filters")
      yield* see(page, `[data-seq="3"]`)
      yield* choose(page, "#filter-outcome", "good")
      assert.strictEqual(yield* count(page, ".row"), 1)
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("can be used by keyboard: / searches, arrows move through the requests, Escape closes", () =>
    Effect.gen(function*() {
      for (let n = 0; n < 3; n++) yield* ask
      const { page } = yield* openPage()
      yield* see(page, `[data-seq="3"]`)
      yield* press(page, "/")
      yield* Effect.promise(() => page.keyboard.type("routee"))
      yield* press(page, "ArrowDown")
      yield* see(page, `#detail .top:has-text("#3")`)
      yield* press(page, "ArrowDown")
      yield* see(page, `#detail .top:has-text("#2")`)
      yield* press(page, "End")
      yield* see(page, `#detail .top:has-text("#1")`)
      assert.strictEqual(
        yield* Effect.promise(() => page.getAttribute("#scroll", "aria-activedescendant")),
        "row-1"
      )
      yield* press(page, "Escape")
      yield* gone(page, "#detail")
      yield* Effect.promise(() => page.focus("#tab-requests"))
      yield* press(page, "ArrowRight")
      yield* see(page, "#accounts:visible")
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("shows the tokens that are valid, and revokes them", () =>
    Effect.gen(function*() {
      const { at, tokens } = yield* Sandbox
      const { complaints, page } = yield* openPage({ path: "/#tokens", colorScheme: "dark" })
      const token = field(yield* ask, "access_token")
      yield* see(page, "#access li")
      assert.match(yield* textOf(page, "#access li"), /5\d min|1 h/)
      yield* click(page, "#access li button")
      yield* see(page, "#no-tokens:visible")
      assert.deepStrictEqual(yield* tokens, [])
      assert.strictEqual((yield* request(at(balance), { headers: bearer(token) })).status, 401)
      yield* ask
      yield* see(page, `#token-count:text-is("1")`)
      yield* click(page, "#revoke-all")
      yield* see(page, "#no-tokens:visible")
      assert.deepStrictEqual(yield* tokens, [])
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("renders only the visible requests of thousands, while it is searched and scrolled", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const urls = [at(balance), at("https://connect.routee.net/accounts/me")]
      yield* Effect.forEach(Array.from({ length: 1_500 }), () => Effect.forEach(urls, (url) => request(url)), {
        concurrency: 20,
        discard: true
      })
      const { page } = yield* openPage()
      yield* see(page, `[data-seq="3000"]`)
      yield* Effect.promise(() =>
        page.waitForFunction(() => document.querySelector("#shown-count")?.textContent === "3,000")
      )
      assert.isBelow(yield* count(page, ".row"), 60)
      // Work, counted: how many rows the page makes, and how often the browser lays it out.
      const metrics = yield* Effect.promise(async () => {
        const session = await page.context().newCDPSession(page)
        await session.send("Performance.enable")
        return async () => {
          const { metrics } = await session.send("Performance.getMetrics")
          return metrics.find(({ name }) => name === "LayoutCount")?.value ?? NaN
        }
      })
      const before = yield* Effect.promise(metrics)
      const { drawn, made } = yield* Effect.promise(() =>
        page.evaluate(async () => {
          const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
          const search = document.querySelector<HTMLInputElement>("#search")
          const scroll = document.querySelector("#scroll")
          const rows = document.querySelector("#rows")
          let made = 0
          const observer = new MutationObserver((records) => {
            for (const { addedNodes } of records) made += addedNodes.length
          })
          if (rows !== null) observer.observe(rows, { childList: true })
          const drawn: Array<number> = []
          const look = async () => {
            await frame()
            await frame()
            drawn.push(document.querySelectorAll(".row").length)
          }
          for (const text of ["path:balance", "-path:balance", "status:404", ""]) {
            if (search !== null) search.value = text
            search?.dispatchEvent(new Event("input"))
            await look()
          }
          if (scroll !== null) scroll.scrollTop = scroll.scrollHeight
          await look()
          return { drawn, made }
        })
      )
      yield* see(page, `[data-seq="1"]`)
      assert.strictEqual(drawn.length, 5)
      assert.isBelow(Math.max(...drawn), 60)
      // Five views, of which none makes more rows than it shows.
      assert.isAtMost(made, drawn.reduce((sum, count) => sum + count, 0))
      assert.isAtLeast(made, 20)
      // One for each row, in each view, would be more than a hundred.
      const layouts = (yield* Effect.promise(metrics)) - before
      assert.isBelow(layouts, 25)
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("searches by fields, and excludes what follows a minus", () =>
    Effect.gen(function*() {
      const { at, script } = yield* Sandbox
      const token = field(yield* ask, "access_token")
      yield* request(at(balance), { headers: bearer(token) })
      yield* request(at(balance))
      yield* post(at("https://api.routera.io/oauth2/token"), "grant_type=client_credentials", basic("unknown:x"))
      yield* script({ provider: "routee", kind: "token" }, [Answer.status(503)])
      yield* ask
      const { page } = yield* openPage()
      yield* see(page, `[data-seq="5"]`)
      const searches: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
        ["status:401", [4, 3]],
        ["status:4xx", [4, 3]],
        ["status:2xx -path:balance", [1]],
        ["status:5", [5]],
        ["method:get", [3, 2]],
        ["provider:routee kind:token", [5, 1]],
        ["-provider:routee", [4]],
        ["host:connect is:good", [2]],
        ["is:scripted", [5]],
        ["is:refused -status:4xx", []],
        [`account:${Account.routee.clientId} scope:account grant:client`, [5, 1]],
        ["reason:\"", []],
        ["nofield:x", []],
        ["-", [5, 4, 3, 2, 1]]
      ]
      for (const [typed, wanted] of searches) {
        yield* fill(page, "#search", typed)
        const seqs = yield* Effect.promise(() =>
          page.locator(".row").evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-seq"))))
        )
        assert.sameMembers(seqs, [...wanted], typed)
      }
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("has each open request in its address, so that a reload or a bookmark shows it again", () =>
    Effect.gen(function*() {
      for (let n = 0; n < 3; n++) yield* ask
      const { complaints, page } = yield* openPage({ path: "/#requests/2" })
      yield* see(page, `#detail .top:has-text("#2")`)
      yield* click(page, `[data-seq="3"]`)
      yield* see(page, `#detail .top:has-text("#3")`)
      yield* click(page, "#tab-accounts")
      assert.match(page.url(), /#accounts$/)
      yield* click(page, "#tab-requests")
      assert.match(page.url(), /#requests\/3$/)
      yield* Effect.promise(() => page.reload())
      yield* see(page, `#detail .top:has-text("#3")`)
      yield* press(page, "Escape")
      yield* gone(page, "#detail")
      assert.match(page.url(), /#requests$/)
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("lists its keys and its search fields, and keeps the colors that are chosen", () =>
    Effect.gen(function*() {
      const { complaints, page } = yield* openPage({ colorScheme: "light" })
      yield* press(page, "?")
      yield* see(page, "#help:visible")
      const help = yield* textOf(page, "#help")
      const fields = yield* Effect.promise(() =>
        page.evaluate<string>(`import("/_sandbox/search.js").then(({ fields }) => Object.keys(fields).join(" "))`)
      )
      for (const name of fields.split(" ")) assert.include(help, `${name}:`)
      yield* press(page, "Escape")
      yield* gone(page, "#help")
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const light = yield* Effect.promise(ground)
      yield* click(page, "#theme")
      assert.strictEqual(yield* Effect.promise(ground), light)
      yield* click(page, "#theme")
      const dark = yield* Effect.promise(ground)
      assert.notStrictEqual(dark, light)
      yield* Effect.promise(() => page.reload())
      yield* isLive(page)
      assert.strictEqual(yield* Effect.promise(ground), dark)
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("is readable at 1280 pixels and on a phone: nothing is cut off, and a long path wraps", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      yield* ask
      yield* request(at(`https://connect.routee.net/${"accounts/".repeat(18)}me`))
      for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 780 }]) {
        const { page } = yield* openPage({ viewport })
        yield* see(page, `[data-seq="2"]`)
        for (const tab of ["requests", "accounts", "tokens", "faults"]) {
          yield* click(page, `#tab-${tab}`)
          assert.isAtMost(yield* overflow(page, "body"), 0, tab)
          assert.isAtMost(yield* overflow(page, `#${tab}`), 0, tab)
        }
        yield* click(page, "#tab-requests")
        yield* click(page, `[data-seq="2"]`)
        yield* see(page, "#detail .message >> nth=1")
        assert.isAtMost(yield* overflow(page, "#detail"), 0)
        const line = yield* textOf(page, "#detail .message .line >> nth=0")
        assert.include(line.replaceAll(/\s/g, ""), `${"accounts/".repeat(18)}me`)
        assert.include(yield* textOf(page, `[data-seq="1"]`), "auth.routee.net/oauth/token")
      }
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("shows texts of a client or a script as text, never as HTML", () =>
    Effect.gen(function*() {
      const { addAccount, origin, script, urls } = yield* Sandbox
      const { complaints, page } = yield* openPage()
      const markups = [
        `<img src=x onerror="document.title='taken'">`,
        `"><script>document.title='taken'</script>`,
        `<svg onload=alert(1)>`,
        `javascript:alert(1)`,
        `' onmouseover='alert(1)`,
        `</pre><iframe srcdoc="<script>parent.document.title='taken'</script>">`
      ]
      for (const markup of markups) {
        yield* addAccount({ provider: "generic", clientId: markup, clientSecret: "s3cret-markup", scopes: [markup] })
        const form = new URLSearchParams({ grant_type: markup, scope: markup, client_id: markup, [markup]: markup })
        yield* post(`${urls.generic}/${encodeURIComponent(markup)}?${encodeURIComponent(markup)}=1`, form.toString(), {
          "user-agent": markup,
          accept: markup,
          "x-markup": markup
        })
        yield* script({}, [
          Answer.status(400, { body: markup, contentType: "text/html", headers: { "x-markup": markup } }),
          Answer.body(JSON.stringify({ [markup]: markup }))
        ])
        yield* post(`${urls.generic}/token`, form.toString(), { "user-agent": markup })
        yield* request(`${origin}/${encodeURIComponent(markup)}/${encodeURIComponent(markup)}`, {
          method: "PUT",
          body: JSON.stringify({ [markup]: markup }),
          headers: { "content-type": "application/json" }
        })
      }
      yield* script({}, [Answer.status(400, { headers: { location: markups.join("") } })])
      for (let seq = 1; seq <= markups.length * 3; seq++) {
        yield* click(page, `[data-seq="${seq}"]`)
        yield* see(page, `#detail .top:has-text("#${seq}")`)
        yield* see(page, "#detail .message >> nth=1")
        yield* Effect.promise(() => page.hover("#detail .message >> nth=0"))
      }
      for (const tab of ["accounts", "tokens", "faults", "requests"]) yield* click(page, `#tab-${tab}`)
      assert.include(yield* textOf(page, "#settings"), markups[0] ?? "")
      assert.strictEqual(
        yield* count(page, "main img, main script, main svg, main iframe, [onmouseover], [onerror]"),
        0
      )
      assert.strictEqual(yield* Effect.promise(() => page.title()), "Mintmark sandbox")
      assert.deepStrictEqual(complaints, [])
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("is light or dark like the system, with enough contrast", () =>
    Effect.gen(function*() {
      yield* ask
      for (const [colorScheme, ground] of [["light", "rgb(244, 246, 245)"], ["dark", "rgb(15, 19, 18)"]] as const) {
        const { page } = yield* openPage({ colorScheme })
        const shown = yield* Effect.promise(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor))
        assert.strictEqual(shown, ground)
        yield* see(page, `[data-seq="1"] .badge`)
        const ratios = yield* Effect.promise(() =>
          page.evaluate(() => {
            const luminance = (color: string) => {
              const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
                const channel = Number(part) / 255
                return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
              })
              return 0.2126 * red + 0.7152 * green + 0.0722 * blue
            }
            const groundOf = (node: Element | null): string => {
              const color = node === null ? "rgb(255, 255, 255)" : getComputedStyle(node).backgroundColor
              return color === "rgba(0, 0, 0, 0)" ? groundOf(node?.parentElement ?? null) : color
            }
            return [".row .c-time", ".row .host", ".row .badge", "#counts dt", "nav [aria-selected=false]"].map(
              (selector) => {
                const node = document.querySelector(selector)
                if (node === null) return 0
                const levels = [luminance(getComputedStyle(node).color), luminance(groundOf(node))]
                return (Math.max(...levels) + 0.05) / (Math.min(...levels) + 0.05)
              }
            )
          })
        )
        for (const ratio of ratios) assert.isAtLeast(ratio, 4.5, colorScheme)
      }
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))

  it.effect("allows no other sources in its content security policy", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      const files = [
        "page.css",
        "page.js",
        "dom.js",
        "journal.js",
        "inspector.js",
        "curl.js",
        "panels.js",
        "presets.js",
        "search.js"
      ]
      for (const path of ["/", ...files.map((file) => `/_sandbox/${file}`)]) {
        const { headers, status } = yield* request(origin + path)
        assert.strictEqual(status, 200, path)
        assert.include(headers.get("content-security-policy") ?? "", "default-src 'none'; script-src 'self'")
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
      }
      const { text } = yield* request(`${origin}/`)
      assert.notMatch(text, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
      assert.notMatch(text, /<script(?! type="module" src="\/_sandbox\/page\.js"><\/script>)|<style| style=| on\w+=/)
    }).pipe(Effect.provide(Sandbox.layer())))
})
