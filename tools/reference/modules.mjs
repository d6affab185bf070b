// Calls modules as applications import them, `@mintmark/core/TokenSource` and not `core/src/TokenSource`, and sorts them
// by topic.
import { Comment, CommentTag, Converter, ReflectionKind } from "typedoc"

export const topics = {
  "One provider": /^(?!(sandbox|conformance|cli|effect-3|store|core)$)[^/]+$/,
  "Any OAuth server": /^core\/(OAuthServer|Discovery)$/,
  "Tokens, clients, accounts":
    /^core\/(AccessToken|TokenError|TokenEvent|TokenSource|TokenPool|Fetch|AuthenticatedHttpClient)$/,
  "Values of providers": /^core\/(Provider|ProviderClient|ProviderService|HostPart|TokenReply|Authorization)$/,
  "Client authentication and grants": /^core\/(ClientAuthentication|PrivateKeyJwt|Grant|JwtBearer|TokenExchange)$/,
  "Many processes": /^(core\/TokenStore$|store)/,
  "Development and tests": /^(sandbox|conformance|cli)$/,
  "Effect 3": /^effect-3$/
}

const topicOf = (name) => {
  const topic = Object.keys(topics).find((each) => topics[each].test(name))
  if (topic === undefined) throw new Error(`${name} has no topic in tools/reference/modules.mjs`)
  return topic
}

export const load = (app) =>
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const name = module.name.replace(/\/src(?=\/|$)/, "")
      module.name = `@mintmark/${name}`
      module.comment ??= new Comment()
      module.comment.blockTags.push(new CommentTag("@category", [{ kind: "text", text: topicOf(name) }]))
    }
  })
