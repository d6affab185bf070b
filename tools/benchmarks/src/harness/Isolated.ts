import { fork } from "node:child_process"

const flags = ["--expose-gc", "--disable-warning=ExperimentalWarning"]

/** Runs a module's default export in a Node process of its own, and answers what it returns. */
export const isolated = <A>(module: URL, parameters: ReadonlyArray<string> = []): Promise<A> =>
  new Promise((resolve, reject) => {
    const child = fork(new URL("./Child.ts", import.meta.url), [module.href, ...parameters], { execArgv: flags })
    let answer: { readonly value: A } | undefined
    child.on("message", (value: { readonly value: A }) => {
      answer = value
    })
    child.on("error", reject)
    child.on("exit", (code) => {
      if (answer === undefined) reject(new Error(`${module.pathname} ended with ${code} before it had an answer`))
      else resolve(answer.value)
    })
  })
