import {
  chain,
  DEFAULT_TIMEOUT_MS,
  type Distribution,
  fn,
  meanMs,
  type Random,
  type WorkloadChain,
} from "../../model/mod.ts";
import type { Replay, ReplayedArrival } from "../replay.ts";
import { LONGEST_MS } from "./run_times.ts";
import type { FunctionTrace, Gaps, TracedFunction } from "./trace.ts";

/** The ways to replay a trace. */
export interface ReplayOptions {
  /** Calls arrive this many times as fast; run times stay as they are. (Default: 1) */
  readonly speed?: number;
  /** Where only the calls of a minute are known: their gaps inside it. (Default: "poisson") */
  readonly gaps?: Gaps;
}

/**
 * The chains of a trace: a call of a function is an instance of the chain with the name of its app, whose one node calls the
 * function. Traces do not say which call was made by which other: an app has as many chains, of one name, as it has functions.
 */
export function chainsOfTrace({ functions }: FunctionTrace): WorkloadChain[] {
  return functions.map(({ app, name, time, labels }) => ({
    chain: chain(app, ({ call }) => {
      call(fn(functionName({ app, name }), { ...time !== undefined && { time, timeout: timeoutMs(time) } }), {
        name,
      });
    }),
    labels,
  }));
}

/** Calls that were recorded have ended: none is to be given up for being as long as another one was. */
function timeoutMs(time: Distribution): number {
  const longestMs = time.kind === "quantiles" ? time.quantiles.at(-1)![1] : meanMs(time);
  return Math.max(DEFAULT_TIMEOUT_MS, Math.min(2 * longestMs, LONGEST_MS));
}

/** Functions of several apps may have the same name, and limits and reports go by it. */
export function functionName({ app, name }: Pick<TracedFunction, "app" | "name">): string {
  return app === name ? name : `${app}/${name}`;
}

/**
 * The calls of a trace as arrivals.
 *
 * @param entries for each function its place in the workload; undefined: its calls are left out
 */
export function replayOf(
  trace: FunctionTrace,
  entries: readonly (number | undefined)[],
  options?: ReplayOptions,
): Replay {
  const { calls, speed } = replayed(trace, options);
  return {
    kind: "replay",
    count: trace.functions.reduce((sum, { calls }, i) => entries[i] === undefined ? sum : sum + calls, 0),
    *arrivals(random): Generator<ReplayedArrival> {
      for (const { atMs, fn, runMs } of calls(random)) {
        const entry = entries[fn];
        if (entry !== undefined) yield { atMs: atMs / speed, entry, ...runMs !== undefined && { runMs } };
      }
    },
  };
}

/** The times of a trace's calls as arrivals of chains that are drawn from a workload. */
export function replayTimesOf(trace: FunctionTrace, options?: ReplayOptions): Replay {
  const { calls, speed } = replayed(trace, options);
  return {
    kind: "replay",
    count: trace.count,
    *arrivals(random): Generator<ReplayedArrival> {
      for (const { atMs } of calls(random)) yield { atMs: atMs / speed };
    },
  };
}

function replayed(trace: FunctionTrace, { speed = 1, gaps = "poisson" }: ReplayOptions = {}) {
  return { speed, calls: (random: Random) => trace.calls(gaps, random) };
}
