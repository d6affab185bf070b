// Finds words that a reader has to puzzle over, or that the rest of the project has another word for. Single common
// words are not looked for: each entry is a phrase, or a word that technical prose doesn't need.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./workspace.mjs"

/** Each phrase as a regular expression, an example that it finds, and what to write instead. */
export const phrases = [
  // People stand for programs.
  [/\bnobody\b/, "nobody waits", "no caller, no process"],
  [/\b(some|any|every)body\b/, "everybody waits", "a caller, every caller"],
  [/\bstrangers?\b/, "a stranger's origin", "another origin"],
  [/\bwhoever (waits?|asks?|started)\b/, "whoever waits", "each waiting caller"],
  [/\bbehind the callers\b/, "behind the callers' backs", "in the background"],
  [/\bin the name of\b/, "asks in the name of an account", "for, as"],
  [/\bmeans harm\b/, "a server that means harm", "malicious"],

  // Options and results.
  [/\btold otherwise\b/, "unless told otherwise", "by default"],
  [/\bsays? it otherwise\b/, "an option says it otherwise", "overrides"],
  [/\b(for|to) (its|the token.s) sake\b/, "refused for the token's sake", "the token itself was refused"],
  [/\b(buys|would buy)\b/, "it buys nothing", "gets a token"],
  [/\bunder way\b/, "requests under way", "in flight"],
  [/\bgo(es)? before (them|it|the variables?)\b/, "an option goes before them", "takes precedence over"],
  [/\b(hold|holds|held) up\b/, "holds up no other caller", "delays"],
  [/\bnow and then\b/, "now and then", "sometimes, at intervals"],
  [/\b(refused|lost) for good\b/, "refused for good", "permanently"],
  [/\b(is|are|was) told of\b/, "is told of it", "gets, is reported"],
  [/\b(came|comes) of (it|each)\b/, "what came of it", "the outcome"],
  [/\bmeans nothing\b/, "its status means nothing", "is invalid"],
  [/\bnothing of it is\b/, "nothing of it is precious", "everything in it"],
  [/\bas good as\b/, "as good as new", "the same as"],
  [/\bif (it is )?left out\b/, "0 if left out", "by default"],
  [/\b(not endless|longer than nothing)\b/, "longer than nothing and not endless", "positive, finite"],
  [/\bof its own making\b/, "code of its own making", "its own"],
  [/\bto a stop\b/, "one module to a stop", "per step"],

  // What servers and callers do.
  [/\b(mint|coin)(s|ed|ing)? (a|an|the|its|another|new|one)\b/, "mints a token", "issue, request"],
  [
    /\bask(s|ed|ing)? for (a|an|another|the|one|no|its|their) (\w+ )?tokens?(?! endpoint)\b/,
    "asks for another token",
    "requests"
  ],
  [/\b(server|provider|API|endpoint)s? (answers?|answered|said no|says no)\b/, "the API answered", "returns, refuses"],
  [/\b(manners|quirks?)\b/, "the server's manners", "behavior"],
  [/\b(is|was|the|no) news\b/, "the news that a record has changed", "notification"],
  [/\binsists?\b/, "a caller who insists", "calls `renew`"],
  [/\bcan(['’]t| not|not)? be had\b/, "a token that can be had later", "be obtained"],
  [/\b(for|from) (want|lack) of\b/, "fails for want of a token", "without"],
  [/\beach of us\b/, "it would say to each of us", "every process"],

  // The life of a token.
  [/\bhand(s|ed|ing)? out\b/, "hands out tokens", "issue, serve"],
  [/\blets? go of\b/, "lets go of the token", "reject, release, evict"],
  [/\bdead( refresh| access)? tokens?\b/, "a dead token", "expired"],
  [/\btokens? (is|are|was|were) (alive|over|due|dead)\b/, "the token is over", "valid, expired"],
  [/\btokens? (has|have|had) ended\b/, "the token has ended", "has expired"],
  [/\b(a|without a|has a|its) life\b/, "a token without a life", "a lifetime"],
  [/\b(?<!in |-)flights?\b/, "one flight for all", "token request"],
  [/\b(no|a|the) herd\b|\bherds\b/, "no herd on expiry", "many callers at once"],
  [/\btokens? rests?\b/, "where tokens rest", "are kept"],
  [/\bthe shelf\b/, "on the shelf", "the shared store"],
  [/\bre-ask/, "re-asks", "renew"],
  [/\b(access|refresh) tokens? (ends?|ended)\b(?! (the|a|its) )/, "an access token ends", "expires"],
  [/\bphases? of a token(.s)? life\b|\bthe life of the token\b/, "the life of the token", "the lifetime, the phases"],

  // Failures.
  [/\bin passing\b/, "fails in passing", "transient"],
  [/\bfor ever\b/, "fails for ever", "permanent, always, forever"],
  [/\bmishaps?\b/, "a mishap", "failure"],
  [/\b(is|are|was) in trouble\b/, "the server is in trouble", "fails"],
  [/\bis away\b/, "the store is away", "can't be reached"],
  [/\b(good|bad) day\b/, "on a bad day", "when it fails"],
  [/\bin vain\b/, "sent in vain", "without success"],
  [/\bis the trouble\b/, "where the token is the trouble", "failed"],

  [/\bperhaps (refused|a gateway)\b/, "perhaps refused", "may have been refused, unclear"],
  [/, perhaps\b/, "a line break, perhaps", "such as"],

  // Old or rare words.
  [/\b(mayn|needn|shan|oughtn)['’]t\b/, "if it mayn't", "must not, does not have to"],
  [/\bbefell\b/, "what befell them", "happened to"],
  [/\blest\b/, "lest it is sent", "so that … not"],
  [/\bas ever\b/, "read as ever", "as usual"],
  [/\bin spite of\b/, "in spite of a failure", "despite"],
  [/\bof its own accord\b/, "of its own accord", "by itself"],
  [/\bin the place of\b/, "in the place of the default", "instead of"],
  [/\bwhence\b|\bthereof\b|\bupon\b|\bnought\b/, "upon expiry", "on, from where"],

  // American spelling, as in Effect and Node.
  [/\b(behaviour|colour|honour|favour|neighbour)/, "behaviour", "-or"],
  [
    /\b(recogni|seriali|organi|initiali|normali|optimi|authori|summari|minimi|customi|reali)s(e[ds]?|ing|able|ation)\b/,
    "recognised",
    "-iz-"
  ],
  [
    /\b(catalogue|judgement|artefact|licence|programme|grey|labelled|labelling|analyse[ds]?)\b/,
    "catalogue",
    "catalog, judgment, …"
  ],
  [/\bcentre\b/, "the centre", "center"],
  [/\bcancell(ed|ing)\b/, "cancelled", "canceled"]
]

const pattern = new RegExp(phrases.map(([{ source }]) => source).join("|"), "i")

/** Whether a file is looked at: documents, sources, the sandbox's page, changesets, tests. */
export const isLookedAt = (file) =>
  /\.(md|ts|js|mjs|html)$/.test(file)
  && !/(^|\/)(words(\.test)?\.mjs|CHANGELOG\.md|node_modules\/.*)$/.test(file)

/** The phrases in a text, each with its line and what to write instead. */
export const found = (text) =>
  text.split("\n").flatMap((line, index) =>
    pattern.test(line)
      ? phrases.flatMap(([phrase, , instead]) => {
        const match = new RegExp(phrase, "i").exec(line)
        return match === null ? [] : [{ line: index + 1, phrase: match[0], instead }]
      })
      : []
  )

/** Every phrase in the files of the repository, as a line each. */
export const problems = (workspace = root) => {
  const { error, status, stderr, stdout } = spawnSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard"],
    {
      cwd: workspace,
      encoding: "utf8",
      maxBuffer: 2 ** 26
    }
  )
  if (error || status !== 0) return [`git ls-files failed: ${error?.message ?? stderr}`]
  return stdout.split("\n").filter(isLookedAt).flatMap((file) =>
    found(readFileSync(join(workspace, file), "utf8")).map(({ instead, line, phrase }) =>
      `${file}:${line} "${phrase}": write ${instead}.`
    )
  )
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lines = problems()
  for (const line of lines) console.error(line)
  process.exit(lines.length === 0 ? 0 : 1)
}
