// For a browser: a function of the page.
import { ask } from "./ask.js"

globalThis.ask = ask
