// A file up and a report down, without either in memory. A stream is sent once: if the token is refused, the request
// fails with that 401, and the token is renewed for the next one.
import { Routee } from "@mintmark/routee"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as Stream from "effect/Stream"

export const upload = <E>(path: string, file: Stream.Stream<Uint8Array, E>) =>
  Effect.gen(function*() {
    const routee = yield* Routee
    // Asked for first: a cold start waits for its token here, and not with the file half read.
    yield* routee.token
    return yield* HttpClient.filterStatusOk(routee.http).post(path, { body: HttpBody.stream(file) })
  })

export const download = (path: string) =>
  Stream.unwrap(Effect.gen(function*() {
    const routee = yield* Routee
    const response = yield* HttpClient.filterStatusOk(routee.http).get(path)
    return response.stream
  }))
