import { suite } from "@mintmark/conformance"
import {
  Routee,
  RouteeEmail,
  RouteeReply,
  Routera,
  Voipex,
  VoipexReply,
  VonageContactCenter,
  VonageContactCenterV0
} from "@mintmark/effect-3"
import { routee, routeeEmail } from "@mintmark/routee/test/Pages"
import { routera } from "@mintmark/routera/test/Pages"
import { voipex } from "@mintmark/voipex/test/Pages"
import { current, v0 } from "@mintmark/vonage-contact-center/test/Pages"
import { identity } from "effect/Function"
import * as Schema from "effect/Schema"
import { throughEffect3 } from "./support/connect.ts"

suite(throughEffect3(routee, {
  tag: Routee,
  layer: Routee.layerConfig,
  encode: Schema.encodeSync(RouteeReply)
}))

suite(throughEffect3(routeeEmail, { tag: RouteeEmail, layer: RouteeEmail.layerConfig, encode: identity }))

suite(throughEffect3(routera, { tag: Routera, layer: Routera.layerConfig, encode: identity }))

suite(throughEffect3(voipex, { tag: Voipex, layer: Voipex.layerConfig, encode: Schema.encodeSync(VoipexReply) }))

suite(throughEffect3(current, {
  tag: VonageContactCenter,
  layer: VonageContactCenter.layerConfig,
  encode: identity
}))

suite(throughEffect3(v0, { tag: VonageContactCenterV0, layer: VonageContactCenterV0.layerConfig, encode: identity }))
