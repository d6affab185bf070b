#!/usr/bin/env node
import * as Module from "node:module"

// Halves the start from the second time on. Node 20 doesn't have it.
Module.enableCompileCache?.()

await import("./Main.ts")
