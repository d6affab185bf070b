import { measure } from "mitata"

/**
 * The nanoseconds that one call takes: the median over some milliseconds, so that many rounds of many contestants stay
 * short. `calls` is how often `run` does by itself what is measured.
 */
export const nanoseconds = async (run: () => unknown, calls = 1): Promise<number> => {
  const { p50 } = await measure(run, {
    min_cpu_time: 15e6,
    min_samples: 5,
    batch_samples: 256,
    batch_threshold: 20_000
  })
  return p50 / calls
}
