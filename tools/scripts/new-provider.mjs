// `npm run new-provider -- acme-voice`: copies tools/provider-template to packages/acme-voice under that name, with what
// is known of the provider already. What no flag says is asked for in a terminal. The template is a package of the
// workspace, so it is checked and tested like the others, and not in a generator's language.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline/promises"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { fail, root, run } from "./workspace.mjs"

const template = join(root, "tools", "provider-template")
const isSource = (file) => /^(README\.md|package\.json|tsconfig.*\.json|(src|test)\/.*)$/.test(file)

/** The ways to authenticate, by OAuth's names: core's, in words, and another one that the pages could state instead. */
const authentications = {
  client_secret_basic: {
    value: "clientSecretBasic",
    words: "form-encoded in a Basic header",
    other: "client_secret_basic_raw"
  },
  client_secret_basic_raw: {
    value: "clientSecretBasicRaw",
    words: "as they are in a Basic header",
    other: "client_secret_basic"
  },
  client_secret_post: { value: "clientSecretPost", words: "in the body", other: "client_secret_basic" },
  none: { value: "none", words: "as the client id alone, in the body", other: "client_secret_post" }
}

const grants = {
  client_credentials: { value: "clientCredentials", words: "client credentials", other: "password" },
  password: { value: "password", words: "username and password", other: "client_credentials" }
}

const isUrl = (text) => URL.canParse(text) && /^https:\/\/[^/{}?#\s]+[^{}?#\s]*$/.test(text)
const oneOf = (choices) => ({
  isRight: (text) => Object.hasOwn(choices, text),
  expected: Object.keys(choices).join(", ")
})

/** What is asked for, by the names of the flags. */
const questions = (name) => ({
  "token-endpoint": {
    question: "The token endpoint",
    usual: `https://auth.${name}.example/token`,
    isRight: isUrl,
    expected: "an https URL without braces, query and fragment"
  },
  "api-url": {
    question: "The base URL of the API",
    usual: `https://api.${name}.example`,
    isRight: isUrl,
    expected: "an https URL without braces, query and fragment"
  },
  authentication: {
    question: `How the client authenticates (${Object.keys(authentications).join(", ")})`,
    usual: "client_secret_basic",
    ...oneOf(authentications)
  },
  grant: {
    question: `The grant (${Object.keys(grants).join(", ")})`,
    usual: "client_credentials",
    ...oneOf(grants)
  }
})

const own = /^(grant_type|client_id|client_secret|username|password|refresh_token|scope)$/
const guide = "docs/adding-a-provider.md and docs/recipes.md say how a value has what is not among these."

/** What keeps answers from being a provider's, if anything does. */
export const problemOf = (name, { authentication, fields, grant, ...answers }) => {
  const asked = questions(name)
  for (const [flag, text] of Object.entries({ ...answers, authentication, grant })) {
    if (!asked[flag].isRight(text)) return `--${flag} must be ${asked[flag].expected}. ${guide}`
  }
  const wrong = fields.find((field) => !/^[A-Za-z][\w.-]*=\P{Cc}+$/u.test(field) || own.test(field.split("=")[0]))
  if (wrong !== undefined) return "--field must be name=value, and name none of OAuth's own fields."
  if (authentication === "none" && grant === "client_credentials") {
    return `A client without a secret has no client credentials: choose another --authentication or --grant. ${guide}`
  }
  return undefined
}

/** What is usual, for what was not answered. */
export const completed = (name, { fields = [], ...answers } = {}) => ({
  ...Object.fromEntries(Object.entries(questions(name)).map(([flag, { usual }]) => [flag, answers[flag] ?? usual])),
  fields
})

// A template that has changed without this file is noticed here.
const edited = (text, edits) => {
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`The template has no ${JSON.stringify(from)}.`)
    text = text.replaceAll(from, () => to)
  }
  return text
}

const quoted = (text) => JSON.stringify(text)

/** How each file of the template differs for these answers. `keep` keeps a text as it is when names are replaced. */
const editsOf = ({ authentication, fields, grant, ...answers }, keep) => {
  const tokenEndpoint = keep(answers["token-endpoint"])
  const apiUrl = keep(answers["api-url"])
  const { other, value, words } = authentications[authentication]
  const granted = grants[grant]
  const isPublic = authentication === "none"
  const isPassword = grant === "password"
  const pairs = fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)])
  const parameters = pairs.map(([name, text]) => keep(`${quoted(name)}: ${quoted(text)}`)).join(", ")
  const listed = pairs.map((pair) => keep(`[${pair.map(quoted).join(", ")}]`)).join(", ")
  const shown = pairs.map((pair) => `\`${pair.join("=")}\``).join(", ")

  const variables = [
    "ACME_CLIENT_ID",
    ...(isPublic ? [] : ["ACME_CLIENT_SECRET"]),
    ...(isPassword ? ["ACME_USERNAME", "ACME_PASSWORD"] : [])
  ]
  const list = (names) => `${names.slice(0, -1).join(", ")}${names.length > 1 ? " and " : ""}${names.at(-1)}`
  const setting = (name, variable) => `      ${name}: { option: "${name}", variable: "ACME_${variable}" },\n`
  const option = (name, type, comment) => `  /** ${comment} */\n  readonly ${name}: ${type}\n`
  const secretOption = option(
    "clientSecret",
    "Provider.Secret",
    "The client's secret, or an effect that reads it anew for each token request."
  )
  const secretRow =
    "| `clientSecret` | `ACME_CLIENT_SECRET` | required; `Redacted`, or an effect that reads it anew for each token request |\n"
  const urls = [
    ["https://auth.acme.example/token", tokenEndpoint],
    ["https://api.acme.example", apiUrl]
  ]

  return {
    "src/Acme.ts": [
      ...urls,
      [
        "client credentials, form-encoded in a Basic header as in RFC 6749; a 401",
        `${granted.words}; the client's credentials go ${words}. A 401`
      ],
      ["ClientAuthentication.clientSecretBasic,", `ClientAuthentication.${value},`],
      [
        "Grant.clientCredentials,",
        `Grant.${granted.value},${pairs.length === 0 ? "" : `\n  parameters: { ${parameters} },`}`
      ],
      [
        secretOption,
        [
          ...(isPublic ? [] : [secretOption]),
          ...(isPassword
            ? [
              option("username", "string", "The user's name."),
              option(
                "password",
                "Provider.Secret",
                "The user's password, or an effect that reads it anew for each token request."
              )
            ]
            : [])
        ].join("")
      ],
      [
        "`ACME_CLIENT_ID`, `ACME_CLIENT_SECRET`, and optionally `ACME_SCOPES` (separated by spaces) and\n * `ACME_BASE_URL`.",
        `${variables.map((name) => `\`${name}\``).join(", ")},\n` +
        " * and optionally `ACME_SCOPES` (separated by spaces) and `ACME_BASE_URL`."
      ]
    ],
    "test/Pages.ts": [
      ...urls,
      ["https://auth.acme.example/oauth/token", `${tokenEndpoint}/elsewhere`],
      ["https://acme.example/api", `${apiUrl}/elsewhere`],
      [`stated: { placement: "client_secret_basic_raw" }`, `stated: { placement: "${other}" }`],
      [
        `  placement: "client_secret_basic",\n`,
        `  placement: "${authentication}",\n${
          pairs.length === 0
            ? ""
            : `  request: { parameters: [${listed}] },\n`
        }`
      ],
      [`generic: { placement: "client_secret_basic" }`, `generic: { placement: "${authentication}" }`],
      [`  grant: "client_credentials",\n`, `  grant: "${grant}",\n`],
      [`stated: { grant: "password" }`, `stated: { grant: "${granted.other}" }`],
      [`says: "client credentials"`, `says: "${granted.words}"`],
      [`says: "form-encoded in a Basic header"`, `says: "${words}"`],
      [
        setting("clientSecret", "CLIENT_SECRET"),
        [
          ...(isPublic ? [] : [setting("clientSecret", "CLIENT_SECRET")]),
          ...(isPassword ? [setting("username", "USERNAME"), setting("password", "PASSWORD")] : [])
        ].join("")
      ],
      ...(isPassword
        ? [
          [
            `({ clientId, clientSecret }) => ({ provider: "generic", clientId, clientSecret })`,
            `(credentials) => ({ provider: "generic", ...credentials })`
          ],
          [`refusedWith: "CredentialsRefused"`, `refusedWith: "GrantRefused"`]
        ]
        : []),
      ...(pairs.length === 0 ? [] : [[
        `topic: "credentials", stated: { placement: "${other}" } }\n  }\n`,
        `topic: "credentials", stated: { placement: "${other}" } }\n  },\n  {
    what: "further fields",
    says: ${keep(quoted(shown))},
    mark: "doc",
    held: { topic: "request", stated: { request: {} } }
  }\n`
      ]])
    ],
    "test/Acme.test.ts": [
      [
        "const { urls } = yield* Sandbox\n",
        `const { behave, urls } = yield* Sandbox\n      yield* behave({ generic: { placement: "${authentication}" } })\n`
      ],
      [
        "        ACME_CLIENT_SECRET: Account.generic.clientSecret,\n        ACME_BASE_URL: urls.generic\n",
        [
          ...(isPublic ? [] : ["        ACME_CLIENT_SECRET: Account.generic.clientSecret"]),
          ...(isPassword
            ? [
              `        ACME_USERNAME: Account.generic.username ?? ""`,
              `        ACME_PASSWORD: Account.generic.password ?? ""`
            ]
            : [])
        ].join(",\n") + "\n"
      ],
      [
        "Acme.layerConfig()",
        "Acme.layerConfig({ tokenEndpoint: `${urls.generic}/token`, apiUrl: urls.generic })"
      ]
    ],
    "README.md": [
      ...urls,
      ["ACME_CLIENT_ID and ACME_CLIENT_SECRET are read", `${list(variables)} are read`],
      [
        secretRow,
        [
          ...(isPublic ? [] : [secretRow]),
          ...(isPassword
            ? [
              "| `username` | `ACME_USERNAME` | required |\n",
              "| `password` | `ACME_PASSWORD` | required; as a secret |\n"
            ]
            : [])
        ].join("")
      ],
      ["| grant | client credentials | doc |", `| grant | ${granted.words} | doc |`],
      [
        "| credentials | form-encoded in a Basic header | likely |",
        `| credentials | ${words} | likely |${pairs.length === 0 ? "" : `\n| further fields | ${keep(shown)} | doc |`}`
      ]
    ]
  }
}

/** Makes the package and a changeset for it, and returns the files that were written. */
export const newProvider = (name, workspace = root, answers = {}) => {
  const pascal = name.split("-").map((word) => word[0].toUpperCase() + word.slice(1)).join("")
  const camel = pascal[0].toLowerCase() + pascal.slice(1)
  const spellings = { acme: camel, Acme: pascal, ACME: name.toUpperCase().replaceAll("-", "_") }
  // In texts, paths and URLs the name is as it was given; elsewhere in lower case it is an identifier.
  const spell = (_, before, found) => before !== "" && found === "acme" ? name : spellings[found]
  const renamed = (text) => text.replaceAll(/(?<=([/."]?))(acme|Acme|ACME)/g, spell)
  const moved = (text) => text.replaceAll("../../packages/", "../").replace(/^ {2}"private": true,\n/m, "")
  const kept = []
  const edits = editsOf(completed(name, answers), (text) => `«${kept.push(text) - 1}»`)
  const made = (file, text) =>
    renamed(edited(text, edits[file] ?? [])).replaceAll(/«(\d+)»/g, (_, index) => kept[index])

  const files = readdirSync(template, { recursive: true })
    .filter((file) => isSource(file) && statSync(join(template, file)).isFile())
  const texts = Object.fromEntries([
    ...files.map((file) => [
      join("packages", name, renamed(file)),
      moved(made(file, readFileSync(join(template, file), "utf8")))
    ]),
    [join(".changeset", `new-${name}.md`), `---\n"@mintmark/${name}": minor\n---\n\nThe first release.\n`]
  ])
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  return Object.keys(texts)
}

/** The flags of a command line, and in a terminal the answers to what they don't say. */
export const ask = async (
  name,
  { field = [], ...flags },
  { input, output } = { input: process.stdin, output: process.stdout }
) => {
  const answers = { ...flags, fields: field }
  const missing = Object.entries(questions(name)).filter(([flag]) => flags[flag] === undefined)
  if (!input.isTTY || missing.length === 0) return completed(name, answers)
  const terminal = createInterface({ input, output })
  for (const [flag, { expected, isRight, question, usual }] of missing) {
    for (;;) {
      const answer = (await terminal.question(`${question} [${usual}]: `)).trim() || usual
      if (isRight(answer)) {
        answers[flag] = answer
        break
      }
      output.write(`Expected: ${expected}. ${guide}\n`)
    }
  }
  while (field.length === 0) {
    const answer = (await terminal.question("A further field of the token request, as name=value [no other]: ")).trim()
    if (answer === "") break
    answers.fields = [...answers.fields, answer]
  }
  terminal.close()
  return answers
}

const read = () => {
  const text = { type: "string" }
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        "token-endpoint": text,
        "api-url": text,
        authentication: text,
        grant: text,
        field: { type: "string", multiple: true }
      }
    })
  } catch (error) {
    return fail(`${error.message} The flags are --token-endpoint, --api-url, --authentication, --grant and --field.`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { positionals: [name = "", ...others], values } = read()
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || others.length > 0) {
    fail("a name in lower case is needed: npm run new-provider -- acme-voice.")
  }
  if (existsSync(join(root, "packages", name))) fail(`packages/${name} exists already.`)
  const answers = await ask(name, values)
  const problem = problemOf(name, answers)
  if (problem !== undefined) fail(problem)
  for (const path of newProvider(name, root, answers)) console.log(path)
  run("dprint", ["fmt", "--log-level=warn"])
  // The tools that try every package try this one, too.
  const tools = ["docs-tests", "package-tests", "reference"].flatMap((tool) => ["--filter", `./tools/${tool}`])
  const added = run("pnpm", [...tools, "add", "--save-dev", "--workspace", "--silent", `@mintmark/${name}`])
  if (added !== 0 || run("pnpm", ["install", "--silent"]) !== 0) process.exit(1)
  console.log(`
It passes: npx vitest run packages/${name}
npm run api writes its public types into api.txt, which npm test compares in CI.
The other facts go where TODO stands (grep -rn TODO packages/${name}); docs/adding-a-provider.md goes through them.`)
}
