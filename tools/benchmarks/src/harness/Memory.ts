/** Two collections agree that differ by no more bytes than this: what they use themselves. */
const tolerance = 4_096

/** How often a collection is forced at most. */
const collections = 50

/**
 * The bytes that the heap holds, once everything that can go has gone: what is finalized goes only with a later
 * collection, and code that has become old with one later still.
 */
export const heap = async (): Promise<number> => {
  let before = Infinity
  for (let i = 0; i < collections; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { heapUsed } = process.memoryUsage()
    if (Math.abs(before - heapUsed) <= tolerance) return heapUsed
    before = heapUsed
  }
  throw new Error(`the heap has not come to rest after ${collections} collections`)
}
