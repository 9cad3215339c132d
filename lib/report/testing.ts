import type { RunEvent } from "./events.ts";

/** For tests: when their runs start, in milliseconds since 1970. */
export const START_MS = Date.UTC(2026, 0, 1);

type Attempt = Extract<RunEvent, { type: "attempt" }>;
type Submit = Extract<RunEvent, { type: "submit" }>;
type End = Extract<RunEvent, { type: "end" }>;

/** For tests: what a run is. */
export function run(policy = "fair-share", limit: number | null = 2): RunEvent {
  return {
    type: "run",
    schema: "sequoia.run/1",
    command: "consume",
    policy,
    limits: { global: limit },
    version: "0.1.0",
    startedAtMs: START_MS,
  };
}

/** For tests: an attempt; times count from the start of the run. */
export function attempt(instance: string, atMs: number, runMs: number, more: Partial<Attempt> = {}): Attempt {
  const chain = more.chain ?? instance.replace(/\d+$/, "");
  return {
    type: "attempt",
    function: "f",
    chain,
    instance,
    node: "f",
    attempt: 1,
    startedAtMs: START_MS + atMs,
    runMs,
    outcome: "ok",
    settled: true,
    status: 200,
    queuedMs: 0,
    cold: false,
    platform: "local",
    ...more,
  };
}

/** For tests: what a function said of its run; the time counts from the start of the run. */
export function functionRun(
  instance: string,
  atMs: number,
  functionMs: number,
  more: Partial<Extract<RunEvent, { type: "functionRun" }>> = {},
): RunEvent {
  const { function: name, chain, node, attempt: number, outcome, platform } = attempt(instance, atMs, 0);
  const call = { function: name, chain, instance, node, attempt: number, outcome, platform };
  return { type: "functionRun", ...call, startedAtMs: START_MS + atMs, functionMs, ...more };
}

/** For tests: a submission; the time counts from the start of the run. */
export function submit(instance: string, atMs: number, more: Partial<Submit> = {}): Submit {
  const chain = instance.replace(/\d+$/, "");
  return { type: "submit", chain, instance, submittedAtMs: START_MS + atMs, labels: {}, weight: 1, ...more };
}

/** For tests: an end; the time counts from the start of the run. */
export function end(
  instance: string,
  atMs: number,
  outcome: End["outcome"] = "completed",
  more: Partial<End> = {},
): End {
  const chain = instance.replace(/\d+$/, "");
  return { type: "end", chain, instance, endedAtMs: START_MS + atMs, outcome, ...more };
}

/** The options of {@linkcode simulated}. */
export interface Simulation {
  readonly seed: number;
  readonly instances: number;
  readonly limit: number;
  readonly ratePerS: number;
  /** Serve the chains in turn, not in the order of arrival. */
  readonly fair?: boolean;
  /** The part of calls that are throttled once. */
  readonly throttled?: number;
}

/**
 * For tests: a run of three chains (`etl` of 4 long calls that fan out, `image` of 2, `chat` of 1 short call) on a platform
 * with a fixed number of places, served in the order of arrival or in turn. Small on purpose: a queue, and places that become
 * free.
 */
export function* simulated(options: Simulation): Generator<RunEvent> {
  let state = options.seed >>> 0;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const plans = { chat: [80], etl: [2000, 1500, 1500, 600], image: [300, 500] } as const;
  const names = ["chat", "chat", "chat", "image", "image", "etl"] as const;
  const free = new Float64Array(options.limit);
  yield run(options.fair ? "fair-share" : "fcfs", options.limit);
  let arrivalMs = 0, counterMs = 0;
  const waiting: { chain: keyof typeof plans; id: string; atMs: number }[] = [];
  for (let i = 0; i < options.instances; i++) {
    arrivalMs += -Math.log(1 - random()) * 1000 / options.ratePerS;
    const chain = names[Math.floor(random() * names.length)]!;
    waiting.push({ chain, id: `${chain}${i}`, atMs: arrivalMs });
  }
  const turns = { chat: 0, etl: 0, image: 0 };
  while (waiting.length > 0) {
    const now = Math.max(waiting[0]!.atMs, Math.min(...free));
    const due = waiting.filter(({ atMs }) => atMs <= now);
    const next = options.fair ? due.reduce((a, b) => turns[b.chain] < turns[a.chain] ? b : a) : due[0]!;
    waiting.splice(waiting.indexOf(next), 1);
    const { chain, id, atMs } = next;
    yield submit(id, atMs, { deadlineMs: 20_000 });
    let readyMs = atMs, endMs = atMs;
    for (const [node, ms] of plans[chain].entries()) {
      const place = free.indexOf(Math.min(...free));
      let startMs = Math.max(readyMs, free[place]!, now);
      const named = { function: `${chain}_${node}`, node: `${chain}_${node}` };
      if (random() < (options.throttled ?? 0)) {
        yield attempt(id, startMs, 5, {
          ...named,
          outcome: "throttled",
          settled: false,
          status: 429,
          queuedMs: startMs - readyMs,
        });
        startMs += 200;
      }
      const runMs = ms * (0.7 + 0.6 * random());
      const again = startMs > Math.max(readyMs, free[place]!, now) ? { attempt: 2 } : {};
      yield attempt(id, startMs, runMs, {
        ...named,
        ...again,
        queuedMs: startMs - readyMs,
        cold: random() < 0.02,
      });
      free[place] = endMs = startMs + runMs;
      turns[chain] += runMs;
      readyMs = chain === "etl" && node < 2 ? readyMs : endMs;
    }
    const lot = random();
    const idealMs = plans[chain].reduce((a, b) => a + b, 0);
    const outcome = lot < 0.01 ? "failed" : lot < 0.015 ? "dropped" : lot < 0.02 ? "shed" : "completed";
    if (lot < 0.97) yield end(id, endMs, outcome, { idealMs });
    for (; counterMs < now; counterMs += 1000) {
      const ready = due.length;
      yield {
        type: "counter",
        atMs: START_MS + counterMs,
        ready,
        running: options.limit,
        limit: options.limit,
        throttled: 0,
      };
    }
  }
}
