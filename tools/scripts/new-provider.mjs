// `npm run new-provider -- acme-voice`: copies tools/provider-template to packages/acme-voice under that name, with what
// is known of the provider already. The template is a package of the workspace, so it is checked and tested like the
// others, and not in a generator's language. It has everything that a provider may have; in the copy, the lines from
// `// if password` to `// end` stay with that alone (in Markdown `<!-- if password -->`), and the template's own facts
// become the provider's.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Argument, CliError, Command, Flag, Prompt, TerminalCapabilities } from "effect/cli"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "./workspace.mjs"

const template = join(root, "tools", "provider-template")

/** The ways to authenticate and the grants, by OAuth's names, in words. */
const authentications = {
  client_secret_basic: "form-encoded in a Basic header",
  client_secret_basic_raw: "as they are in a Basic header",
  client_secret_post: "in the body",
  none: "as the client id alone, in the body"
}
const grants = { client_credentials: "client credentials", password: "username and password" }

const guide = "docs/adding-a-provider.md and docs/recipes.md say how a value has what is not among these."
const aUrl = `Expected: an https URL without braces, quotes, query and fragment. ${guide}`
const isUrl = (text) => text === "" || (URL.canParse(text) && /^https:\/\/\w[^{}?#"\\`|<>\s]*$/.test(text))
const field = /^(?!(grant_type|client_id|client_secret|username|password|refresh_token|scope)=)[A-Z][\w.-]*=\P{Cc}+$/iu
const areFields = (texts) =>
  texts.every((text) => field.test(text)) && new Set(texts.map((each) => each.split("=")[0])).size === texts.length

/** The command line. What no flag says has a prompt in a terminal, and what is usual elsewhere. */
export const commandLine = (canPrompt, handle) => {
  const described = (flag, message, usual, prompt) =>
    flag.pipe(Flag.withDescription(message), canPrompt ? Flag.withFallbackPrompt(prompt) : Flag.withDefault(usual))
  const text = (flag, message, isRight, expected, read = (line) => line) => {
    const validate = (line) => isRight(read(line)) ? Effect.succeed(line) : Effect.fail(expected)
    const prompt = Prompt.map(Prompt.String({ message, validate }), read)
    return described(Flag.filter(flag, isRight, () => expected), message, read(""), prompt)
  }
  const choice = (name, message, choices) => {
    const listed = Object.entries(choices).map(([value, description]) => ({ title: value, value, description }))
    const flag = Flag.Literals(name, Object.keys(choices))
    return described(flag, message, listed[0].value, Prompt.Select({ message, choices: listed }))
  }
  const flags = {
    name: Argument.String("name").pipe(
      Argument.withDescription("The provider's name, such as acme-voice"),
      Argument.filter((name) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name), () => "Expected: lower case, as acme-voice")
    ),
    tokenEndpoint: text(Flag.String("token-endpoint"), "The token endpoint (empty: an example)", isUrl, aUrl),
    apiUrl: text(Flag.String("api-url"), "The base URL of the API (empty: an example)", isUrl, aUrl),
    authentication: choice("authentication", "How the client authenticates", authentications),
    grant: choice("grant", "The grant", grants),
    fields: text(
      Flag.atLeast(Flag.String("field"), 1),
      "Further fields of the token request, each as name=value (empty: none)",
      areFields,
      "Expected: name=value, each name once, and none of OAuth's own fields.",
      (line) => line.split(" ").filter((word) => word !== "")
    )
  }
  return Command.withDescription(Command.make("new-provider", flags, handle), `Makes a provider's package. ${guide}`)
}

/** Writes the package and a changeset for it, and returns the files. */
export const newProvider = ({ apiUrl, authentication, fields, grant, name, tokenEndpoint }, workspace = root) => {
  const taken = [`packages/${name}`, `tools/${name}`].find((folder) => existsSync(join(workspace, folder)))
  if (taken !== undefined) throw new Error(`${taken} exists already.`)
  if (authentication === "none" && grant === "client_credentials") {
    throw new Error(`A client without a secret has no client credentials: choose another of the two. ${guide}`)
  }
  const stays = { secret: authentication !== "none", password: grant === "password", fields: fields.length > 0 }
  const camel = (text) => text.replaceAll(/[-_](.)/g, (_, first) => first.toUpperCase())
  const pascal = camel(`-${name}`)
  const pairs = fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)])
  const shown = fields.map((field) => `\`${field}\``).join(", ")
  const other = (choices, chosen) => Object.keys(choices).find((each) => each !== chosen)
  const texts = {
    "https://auth.acme.example/token": tokenEndpoint || `https://auth.${name}.example/token`,
    "https://api.acme.example": apiUrl || `https://api.${name}.example`,
    "form-encoded in a Basic header": authentications[authentication],
    "client_secret_basic_raw": other(authentications, authentication),
    "client_secret_basic": authentication,
    "clientSecretBasic": camel(authentication),
    "username and password": grants[grant],
    "Grant.password": `Grant.${camel(grant)}`,
    "grant: \"password\"": `grant: "${grant}"`,
    "grant: \"client_credentials\"": `grant: "${other(grants, grant)}"`,
    "GrantRefused": stays.password ? "GrantRefused" : "CredentialsRefused",
    "{ audience: \"x\" }": JSON.stringify(Object.fromEntries(pairs)),
    "[[\"audience\", \"x\"]]": JSON.stringify(pairs),
    "\"`audience=x`\"": JSON.stringify(shown),
    "`audience=x`": shown,
    "  \"private\": true,\n": "",
    "../../packages/": "../",
    "provider-template": name,
    acme: camel(name),
    Acme: pascal,
    ACME: name.toUpperCase().replaceAll("-", "_")
  }
  // In texts, paths and URLs the name is as it was given; elsewhere in lower case it is an identifier.
  const varying = new RegExp(`(?<=[/."])(acme)|${Object.keys(texts).map(RegExp.escape).join("|")}`, "g")
  const conditional = /^ *(?:\/\/|<!--) if (\w+).*\n([^]*?)^ *(?:\/\/|<!--) end.*\n/gm
  const filled = (text) =>
    text.replaceAll(conditional, (_, what, lines) => stays[what] ? lines : "")
      .replaceAll(varying, (found, isText) => isText ? name : texts[found])

  const files = globSync(["README.md", "*.json", "{src,test}/**/*.*"], { cwd: template })
    .map((file) => [file, readFileSync(join(template, file), "utf8")])
  const gone = Object.keys(texts).find((text) => files.every(([, source]) => !source.includes(text)))
  if (gone !== undefined) throw new Error(`The template no longer has ${JSON.stringify(gone)}.`)
  const written = [
    ...files.map(([file, source]) => [join("packages", name, filled(file)), filled(source)]),
    [join(".changeset", `new-${name}.md`), `---\n"@mintmark/${name}": minor\n---\n\nThe first release.\n`]
  ]
  for (const [path, text] of written) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  return written.map(([path]) => path)
}

const make = (answers) => {
  const added = newProvider(answers)
  // The tools that try every package try this one, too.
  const tools = ["docs-tests", "package-tests", "reference"]
  const changed = [...tools.map((tool) => `tools/${tool}/package.json`), "pnpm-lock.yaml"]
  console.log(["Added:", ...added, "Changed:", ...changed].join("\n"))
  console.log(`To undo it: rm -r packages/${answers.name} ${added.at(-1)} && git checkout ${changed.join(" ")}`)
  const run = (program, ...args) => execFileSync(program, args, { cwd: root, stdio: "inherit" })
  run("dprint", "fmt", "--log-level=warn")
  const filters = tools.map((tool) => `--filter=./tools/${tool}`)
  run("pnpm", ...filters, "add", "--save-dev", "--workspace", "--silent", `@mintmark/${answers.name}`)
  run("pnpm", "install", "--silent")
  console.log(`It passes: npx vitest run packages/${answers.name}
npm run api writes its public types into api.txt, which npm test compares in CI.
The other facts go where TODO stands (grep -rn TODO packages/${answers.name}); docs/adding-a-provider.md goes through them.`)
}

if (import.meta.main) {
  const failure = (cause) => new CliError.UserError({ cause, userMessage: cause.message })
  const handle = (answers) => Effect.try({ try: () => make(answers), catch: failure })
  Effect.flatMap(
    TerminalCapabilities.TerminalCapabilities,
    ({ canPrompt }) => Command.run(commandLine(canPrompt, handle), { version: "0.0.0" })
  ).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
}
