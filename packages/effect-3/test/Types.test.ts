import type { Options as Options4, ProviderClient as ProviderClient4 } from "@mintmark/core/ProviderClient"
import type { ProviderService as ProviderService4 } from "@mintmark/core/ProviderService"
import type { TokenError as TokenError4 } from "@mintmark/core/TokenError"
import type { TokenEvent as TokenEvent4 } from "@mintmark/core/TokenEvent"
import type * as Effect3 from "@mintmark/effect-3"
import type { RouteeEmailOptions, RouteeOptions, RouteeScope } from "@mintmark/routee"
import type { RouteraOptions } from "@mintmark/routera"
import type { VoipexOptions, VoipexScope } from "@mintmark/voipex"
import type {
  VonageContactCenterOptions,
  VonageContactCenterScopes,
  VonageContactCenterV0Options
} from "@mintmark/vonage-contact-center"
import type * as Context from "effect-4/Context"
import { readFileSync } from "node:fs"
import { assert, describe, expectTypeOf, it } from "vitest"

/** The fields of a reason that are core's alone. */
type Missing<Tag> = Tag extends string
  ? Field<Exclude<keyof Extract<TokenError4["reason"], { _tag: Tag }>, keyof Extract<Effect3.Reason, { _tag: Tag }>>>
  : never

/** Not those of Effect itself. */
type Field<Name> = Name extends `~${string}` ? never : Name extends string ? Name : never

describe("the types, which contain only those of Effect 3,", () => {
  it("take the options of the providers' packages, by the same names", () => {
    expectTypeOf<keyof Effect3.Options>().toEqualTypeOf<keyof Options4>()
    expectTypeOf<keyof Effect3.RouteeOptions>().toEqualTypeOf<keyof RouteeOptions>()
    expectTypeOf<keyof Effect3.RouteeEmailOptions>().toEqualTypeOf<keyof RouteeEmailOptions>()
    expectTypeOf<keyof Effect3.RouteraOptions>().toEqualTypeOf<keyof RouteraOptions>()
    expectTypeOf<keyof Effect3.VoipexOptions>().toEqualTypeOf<keyof VoipexOptions>()
    expectTypeOf<keyof Effect3.VonageContactCenterOptions>().toEqualTypeOf<keyof VonageContactCenterOptions>()
    expectTypeOf<keyof Effect3.VonageContactCenterV0Options>().toEqualTypeOf<keyof VonageContactCenterV0Options>()
  })

  it("accept the same names", () => {
    expectTypeOf<Effect3.RouteeScope>().toEqualTypeOf<RouteeScope>()
    expectTypeOf<Effect3.VoipexScope>().toEqualTypeOf<VoipexScope>()
    expectTypeOf<Effect3.VonageContactCenterScopes>().toEqualTypeOf<VonageContactCenterScopes>()
    expectTypeOf<Effect3.VonageContactCenterV0Options["version"]>().toEqualTypeOf<
      VonageContactCenterV0Options["version"]
    >()
    expectTypeOf<Effect3.TokenEvent>().toEqualTypeOf<TokenEvent4>()
    expectTypeOf<Effect3.Reason["_tag"]>().toEqualTypeOf<TokenError4["reason"]["_tag"]>()
    // What a refusal says in full would go over a wire with the error; hints are of signed requests, which it has none of.
    expectTypeOf<Missing<Effect3.Reason["_tag"]>>().toEqualTypeOf<"fullDescription" | "hint">()
  })

  it("lack only what the README names", () => {
    type Client = Exclude<keyof ProviderClient4, keyof Effect3.ProviderClient>
    expectTypeOf<Client>().toEqualTypeOf<"attach">()
    type Made = Exclude<
      keyof ProviderService4<unknown, string, unknown, object>,
      keyof Context.ServiceClass<unknown, string, unknown>
    >
    expectTypeOf<Exclude<Made, keyof Effect3.Constructors<unknown, unknown, object>>>().toEqualTypeOf<
      "provider" | "tokenSource" | "httpLayer" | "layerTest"
    >()
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
    const [lacking = ""] = /^Only in the packages for Effect 4: .*$/m.exec(readme) ?? []
    for (const name of ["attach", "tokenSource", "httpLayer", "layerTest", "provider"]) {
      assert.include(lacking, `\`${name}\``)
    }
  })
})
