import { suite } from "@mintmark/conformance"
import * as Routee4 from "@mintmark/conformance/stated/Routee"
import * as Routera4 from "@mintmark/conformance/stated/Routera"
import * as Voipex4 from "@mintmark/conformance/stated/Voipex"
import * as Vonage4 from "@mintmark/conformance/stated/VonageContactCenter"
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
import { routee, routeeEmail } from "@mintmark/routee"
import { routera } from "@mintmark/routera"
import { voipex } from "@mintmark/voipex"
import { vonageContactCenter, vonageContactCenterV0 } from "@mintmark/vonage-contact-center"
import { identity } from "effect/Function"
import * as Schema from "effect/Schema"
import { throughEffect3 } from "./support/connect.ts"

suite(throughEffect3({ name: "Routee", provider: routee, stated: Routee4.routee }, {
  tag: Routee,
  layer: Routee.layerConfig,
  encode: Schema.encodeSync(RouteeReply)
}))

suite(throughEffect3({ name: "Routee's Email v1", provider: routeeEmail, stated: Routee4.routeeEmail }, {
  tag: RouteeEmail,
  layer: RouteeEmail.layerConfig,
  encode: identity
}))

suite(throughEffect3({ name: "Routera", provider: routera, stated: Routera4.routera }, {
  tag: Routera,
  layer: Routera.layerConfig,
  encode: identity
}))

suite(throughEffect3({ name: "Voipex", provider: voipex, stated: Voipex4.voipex }, {
  tag: Voipex,
  layer: Voipex.layerConfig,
  encode: Schema.encodeSync(VoipexReply)
}))

suite(throughEffect3({
  name: "Vonage Contact Center",
  provider: vonageContactCenter,
  parts: { region: "emea" },
  stated: Vonage4.vonageContactCenter
}, {
  tag: VonageContactCenter,
  layer: VonageContactCenter.layerConfig,
  encode: identity
}))

suite(throughEffect3({
  name: "Vonage Contact Center V0",
  provider: vonageContactCenterV0,
  parts: { region: "emea" },
  stated: Vonage4.vonageContactCenterV0
}, {
  tag: VonageContactCenterV0,
  layer: VonageContactCenterV0.layerConfig,
  encode: identity
}))
