import { facts, marks, suite } from "@mintmark/conformance"
import { readFileSync } from "node:fs"
import { acme, acmeFacts } from "./Pages.ts"

suite(acme)

facts(acme, acmeFacts)
marks(readFileSync(new URL("../README.md", import.meta.url), "utf8"), acmeFacts)
