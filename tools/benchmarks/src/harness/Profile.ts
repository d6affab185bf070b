import { Session } from "node:inspector/promises"

/** What share of the processor's time each part took, while something ran; in the order of all parts. */
export type Shares = ReadonlyMap<string, number>

/** How often the profiler looks, in microseconds. */
const interval = 100

interface Rule {
  readonly part: string
  readonly matches: (frame: Frame) => boolean
}

interface Frame {
  readonly functionName: string
  readonly url: string
}

const inModule = (part: string, pattern: RegExp): Rule => ({ part, matches: ({ url }) => pattern.test(url) })

const ofCore = (part: string, pattern: RegExp): Rule =>
  inModule(part, new RegExp(`/packages/core/src/${pattern.source}`))

const nativeTracer = /^(?:makeSpan|useSpan|filterDisablePropagation|spanCleanScope|updateUnsafe|NativeSpan)/

/*
 * A moment belongs to the first of these that its innermost frames match. What is compiled into the process, such as a
 * system call, is a part of what called it.
 */
const rules: ReadonlyArray<Rule> = [
  ofCore("Mintmark: reading the reply", /(?:TokenReply|internal\/(?:text|engine\/Reply|http\/(?:replyBody|standard)))/),
  ofCore("Mintmark: building the request", /internal\/request/),
  ofCore(
    "Mintmark: the exchange, sent once",
    /internal\/http\/(?:TokenEndpoint|send|Sending|transport|decompress)/
  ),
  ofCore("Mintmark: the deadline", /internal\/engine\/Deadline/),
  ofCore("Mintmark: span, metrics, log", /internal\/engine\/(?:Telemetry|EventHub)/),
  ofCore("Mintmark: the token on requests", /(?:Authorization|AuthenticatedHttpClient|Fetch\.|internal\/http)/),
  ofCore("Mintmark: state, waiting, memory", /./),
  inModule("Mintmark: the store and others", /\/packages\//),
  inModule("Effect: Schema", /\/effect\/(?:dist|src)\/(?:Schema|internal\/schema)/),
  inModule("Effect: the HTTP client", /\/effect\/(?:dist|src)\/http\/|\/platform-node/),
  {
    part: "Effect: spans and metrics",
    matches: ({ functionName, url }) =>
      /\/effect\/(?:dist|src)\/(?:Tracer|Metric|internal\/(?:tracer|metric|tracing))/.test(url)
      || url.includes("/effect/") && nativeTracer.test(functionName)
  },
  inModule("Effect: Redacted", /\/effect\/(?:dist|src)\/(?:internal\/)?[Rr]edacted/),
  inModule("Effect: fibers", /\/effect\//),
  inModule("undici, or fetch", /\/undici\/|internal\/deps\/undici/),
  inModule("the caller", /\/tools\/benchmarks\//),
  inModule("Node", /^node:/),
  { part: "garbage collection", matches: ({ functionName }) => functionName === "(garbage collector)" }
]

const rest = "Node"

/** The parts in the order in which a table has them: what Mintmark adds, what Effect does, and what is below both. */
const parts = [...new Set(rules.map(({ part }) => part))]

/** Where the time of this thread goes while something runs. */
export const profile = async (run: () => Promise<unknown>): Promise<Shares> => {
  const session = new Session()
  session.connect()
  await session.post("Profiler.enable")
  await session.post("Profiler.setSamplingInterval", { interval })
  await session.post("Profiler.start")
  await run()
  const { profile: { nodes, samples = [], timeDeltas = [] } } = await session.post("Profiler.stop")
  session.disconnect()

  const frames = new Map(nodes.map(({ callFrame, id }) => [id, callFrame]))
  const callers = new Map(nodes.flatMap(({ children = [], id }) => children.map((child) => [child, id] as const)))
  const stackOf = (id: number): ReadonlyArray<Frame> => {
    const stack = new Array<Frame>()
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) {
      const frame = frames.get(at)
      if (frame !== undefined) stack.push(frame)
    }
    return stack
  }
  const spent = new Map(parts.map((part) => [part, 0]))
  let all = 0
  for (const [index, id] of samples.entries()) {
    const stack = stackOf(id)
    if (stack.some(isNone)) continue
    const part = partOf(stack)
    const time = timeDeltas[index] ?? 0
    spent.set(part, (spent.get(part) ?? 0) + time)
    all += time
  }
  return new Map([...spent].map(([part, time]) => [part, time / all]))
}

/** Nothing runs, or the profiler itself does. */
const isNone = ({ functionName, url }: Frame): boolean => functionName === "(idle)" || url.startsWith("node:inspector")

const partOf = (stack: ReadonlyArray<Frame>): string => {
  for (const frame of stack) {
    const rule = rules.find(({ matches }) => matches(frame))
    if (rule !== undefined) return rule.part
  }
  return rest
}
