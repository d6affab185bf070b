import { assert, describe, it } from "@effect/vitest"
import * as Redacted from "effect/Redacted"
import { longest, shown, shownCode } from "../../../src/internal/text/shown.ts"
import { cost } from "../../support/cost.ts"
import { anyText, tried } from "../../support/strings.ts"
import { descriptions } from "./descriptions.ts"

const mask = "<redacted>"
const show = (text: string, ...secrets: ReadonlyArray<string>) =>
  shown(text, secrets.map((each) => Redacted.make(each)))

describe("shown: descriptions of real servers", () => {
  const all = Object.values(descriptions).flat()

  it("are 44 in number", () => assert.lengthOf(all, 44))

  for (const [server, each] of Object.entries(descriptions)) {
    it(`of ${server} are shown, except for ids, times and addresses`, () => {
      for (const text of each) {
        const masked = text.slice(0, longest).split(" ").filter((word) => !show(text).includes(word))
        for (const word of masked) assert.match(word, /\d.*\d|:\/\/|^\d|OAuth|…/, text)
      }
    })
  }

  it("lose at most one word in twenty", () => {
    const words = all.flatMap((text) => text.slice(0, longest).split(" "))
    const masked = all.flatMap((text) => show(text).split(" ")).filter((word) => word.includes(mask))
    assert.isAtMost(masked.length, words.length / 20)
  })
})

describe("shown: a word", () => {
  it.each([
    "invalid_grant",
    "AADSTS7000215",
    "Unsupported",
    "Gültig",
    "français",
    "GRANT_TYPE",
    "access/refresh",
    "you've",
    "you\u2019ve",
    "401",
    "123456",
    "a-b-c-d-e-f",
    "token.",
    "\"token\"",
    "(client)",
    "'acme':",
    "&",
    "-"
  ])("is shown: %s", (word) => {
    assert.strictEqual(show(`the ${word} is`), `the ${word} is`)
  })

  it.each([
    "hunter2x",
    "hunTer",
    "1234567",
    "AADSTS123456789",
    "a".repeat(25),
    "A".repeat(13),
    "a-b-c-d-e-f-g",
    "3f6c0f1e-92f5",
    "https://acme.example/",
    "carol@example.com",
    "aGVsbG8=",
    "%68%75",
    "\\u0068",
    "\u03B7\u03C5\u03BD",
    "\u043D\u0442",
    "\uFF48\uFF55\uFF4E\uFF54",
    "\u{1D421}\u{1D42E}",
    "h\u200Bu",
    "h\u0000u",
    "a\u001B[31mb",
    "secret=x",
    "\uD83D"
  ])("is masked: %j", (word) => {
    assert.strictEqual(show(`the ${word} is`), `the ${mask} is`)
  })

  it("is masked if it holds four characters in a row of a secret, whatever their case", () => {
    const secret = "correct-horse"
    for (const word of ["corr", "ECTH", "Horses", "dishorse", "orre", "correct-horse", "or'rec"]) {
      assert.strictEqual(show(`the ${word} is`, secret), `the ${mask} is`)
    }
    for (const word of ["cor", "hor", "rec"]) assert.strictEqual(show(`the ${word} is`, secret), `the ${word} is`)
  })

  it("is masked if it holds the whole of a shorter secret", () => {
    assert.strictEqual(show("abc ab xaby xay", "ab"), `${mask} xay`)
    assert.strictEqual(show("a b", "", ""), "a b")
  })

  it("is masked if it is part of a secret with spaces", () => {
    assert.strictEqual(show("I saw a red fox here", "a red fox"), `I saw ${mask} here`)
    assert.strictEqual(show("we go on\r\nup it is", "go on up it"), `we ${mask} is`)
  })

  it("is shown in camel case if it is an error code", () => {
    assert.strictEqual(shownCode("InvalidClient", []), "InvalidClient")
    assert.strictEqual(shownCode("invalidClient", []), "invalidClient")
    assert.strictEqual(shownCode("invalidClient", [Redacted.make("dclie")]), mask)
    assert.strictEqual(shownCode("aGVsbG8gd29ybGQ", []), mask)
  })
})

describe("shown: a text", () => {
  it("is on one line, without control characters", () => {
    assert.strictEqual(show("a\r\nb\u2028c\td"), "a b c d")
    assert.strictEqual(show("a\x1B[31mb\r\nc\u2028d\u202Ee"), `${mask} c ${mask}`)
    assert.strictEqual(show(""), "")
  })

  it("has one mask for adjacent words, and keeps punctuation", () => {
    assert.strictEqual(show("no 1a2b, 3c4d, no 5e6f."), `no ${mask}, no ${mask}.`)
  })

  it("is cut at 300 characters, between words, also if masks make it longer", () => {
    assert.strictEqual(show("long ".repeat(200_000)), `${"long ".repeat(60)}`.trimEnd() + "…")
    assert.isAtMost(show("a 1a ".repeat(1_000)).length, longest + 1)
    assert.isAtMost(show("x" + "🔑".repeat(500)).length, longest + 1)
    assert.notMatch(show("x".repeat(299) + "🔑"), /\p{Cs}/u)
  })

  it("shows no half of a secret at the cut", () => {
    assert.notInclude(show(`${"word ".repeat(58)}hunter-two`, "hunter-two"), "hunter")
  })

  it.prop("is short and without control characters, for any text and any secrets", [anyText, anyText, anyText], (
    [text, one, other]
  ) => {
    const result = show(`${one}${text} ${other}`, one, other)
    assert.isAtMost(result.length, longest + 1)
    assert.notMatch(result, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
  }, tried(500))
})

describe("shown: a secret in a text", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64")
  const hex = (text: string) => Buffer.from(text).toString("hex")
  const percents = (text: string) => hex(text).replace(/../g, "%$&")
  const characters = (text: string, write: (code: number) => string) =>
    Array.from(text, (character) => write(character.codePointAt(0) ?? 0)).join("")
  const shifted = (text: string, from: number) =>
    text.replace(/[a-z]/gi, (letter) => String.fromCodePoint(from + letter.toLowerCase().charCodeAt(0) - 97))

  const encodings: ReadonlyArray<(secret: string) => string> = [
    (secret) => secret,
    (secret) => secret.toUpperCase(),
    (secret) => secret.toLowerCase(),
    (secret) => encodeURIComponent(secret),
    (secret) => encodeURIComponent(encodeURIComponent(secret)),
    percents,
    (secret) => percents(secret).toLowerCase(),
    (secret) => new URLSearchParams({ secret }).toString(),
    (secret) => secret.replaceAll(" ", "+"),
    (secret) => JSON.stringify(secret),
    (secret) => JSON.stringify(JSON.stringify(secret)),
    (secret) => characters(secret, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
    (secret) => characters(secret, (code) => `\\x${code.toString(16)}`),
    (secret) => characters(secret, (code) => `%u${code.toString(16).padStart(4, "0")}`),
    (secret) => characters(secret, (code) => `&#${code};`),
    (secret) => characters(secret, (code) => `&#x${code.toString(16)};`),
    (secret) => characters(secret, (code) => `=${code.toString(16).toUpperCase()}`),
    (secret) => characters(secret, (code) => code.toString(8)),
    base64,
    (secret) => base64(base64(secret)),
    (secret) => base64(secret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
    (secret) => base64(`client:${secret}`),
    hex,
    (secret) => Buffer.from(secret).toString("latin1"),
    (secret) => Buffer.from(Buffer.from(secret).toString("latin1")).toString("latin1"),
    (secret) => secret.normalize("NFD"),
    (secret) => shifted(secret, 0x3B1),
    (secret) => shifted(secret, 0xFF41),
    (secret) => shifted(secret, 0x1D41A),
    (secret) => Array.from(secret).join("\u200B"),
    (secret) => Array.from(secret).toReversed().join("").split("").toReversed().join("")
  ]

  const separators = [" ", "\r\n", "\t", "-", ".", "_", "/", "'", "\u2028", "\u00A0", ", ", "...", "\0", "\u200B"]

  /** Numbers that look drawn, and are the same each time. */
  const draws = (seed: number) => () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }

  const secrets = [
    "hunter+2/ä & <\"zwei\">",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "9pBl+xY1MW+AbsdZk4xpv7NwWxG8+oqduKiSqVybM9Y=",
    "vb6QpjCIOG",
    "LetMeInNow",
    "client-secret-value",
    "PASSWORD",
    "Grün/Straße.Öl'x",
    "123456789012"
  ]

  const fold = (text: string) => text.normalize("NFKC").toLowerCase()

  it("leaves no four consecutive characters of it, in 30 encodings and 20,000 splits", () => {
    assert.isAtLeast(encodings.length, 30)
    const draw = draws(7)
    const pick = <A>(from: ReadonlyArray<A>): A | undefined => from[Math.floor(draw() * from.length)]
    for (let round = 0; round < 20_000; round++) {
      const secret = pick(secrets) ?? ""
      const text = pick(encodings)?.(secret) ?? ""
      const separator = pick(separators) ?? ""
      const at = Math.floor(draw() * (text.length + 1))
      const then = at + Math.floor(draw() * (text.length - at + 1))
      const split = [text.slice(0, at), text.slice(at, then), text.slice(then)].join(separator)
      const result = fold(show(`the secret ${split} is wrong`, secret).replaceAll(mask, " "))
        .replace(/^the secret /, "").replace(/ is wrong$/, "")
      const known = fold(secret)
      for (let start = 0; start + 4 <= known.length; start++) {
        const run = known.slice(start, start + 4)
        assert.isFalse(result.includes(run), `${JSON.stringify(split)} shows ${JSON.stringify(run)}`)
      }
    }
  })

  it("hides the credentials of a Basic header with and without the word", () => {
    const header = `Basic ${base64("id:hunter2")}`
    assert.strictEqual(show(`got ${header}`, header), `got ${mask}`)
    assert.strictEqual(show(`got ${header.slice(6)}`, header), `got ${mask}`)
  })
})

describe("shown: the time that it takes", () => {
  it("is less than 20 ms for a megabyte of any text", () => {
    const secrets = ["a".repeat(4_096), "ab".repeat(7_680), "p4ssword & ünïcode", "x y ".repeat(3_000)]
      .map((each) => Redacted.make(each))
    for (const piece of ["a", "ab", "%41", "\\", "&#x", " ", "a ", "-", "ä", "\u200B", "\uFDFA", "'", "A1", "a-"]) {
      const text = piece.repeat(1_048_576 / piece.length)
      shown(text, secrets)
      const spent = Math.min(...[1, 2, 3].map(() => cost(() => shown(text, secrets))))
      assert.isBelow(spent, 20, JSON.stringify(piece))
    }
  })
})
