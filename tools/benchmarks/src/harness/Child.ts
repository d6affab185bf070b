/** The other end of `isolated`. */
const [module = "", ...parameters] = process.argv.slice(2)
const { default: run }: { default: (...parameters: ReadonlyArray<string>) => unknown } = await import(module)
process.send?.({ value: await run(...parameters) }, () => process.exit(0))
