import {
  burst,
  type Chain,
  chain,
  checkTriggered,
  every,
  fn,
  type FunctionDefinition,
  type Instance,
  lognormal,
  METHODS,
  parseCount,
  parsePositiveDuration,
  parseRate,
  urlSchemeOf,
  type Workload,
} from "../lib/model/mod.ts";
import type { Load } from "../lib/produce/mod.ts";
import { UsageError } from "./errors.ts";
import { LOAD_OPTIONS, loadOf } from "./load_options.ts";
import { choice, one, text, type Values } from "./options.ts";
import { loadWorkloads, onlyChains } from "./workload_file.ts";

const { burst: _burst, ...times } = LOAD_OPTIONS;

/** The options for the calls of a load, and for their times. */
export const SPAM_LOAD_OPTIONS = {
  batch: one("N", "N calls (or chains) at once", parseCount),
  batches: one("K", "K batches, one each --every DURATION", parseCount),
  rate: one("RATE", "calls at a constant rate: 50 or 300/m", parseRate),
  ...times,
  every: { ...times.every, help: "one (or --batch N) at a fixed interval" },
  then: one("URL", "from a batch on, call this URL instead (with --after)", text),
  after: one("K", "how many batches go to the first URL before --then", parseCount),
  method: one("METHOD", `of calls to a URL: ${METHODS.join(", ")} (default POST)`, choice(...METHODS)),
  timeout: one("DURATION", "longest a call to a URL may take (default 5m)", parsePositiveDuration),
  "warm-up": one(
    "N|DURATION",
    "N calls at once, or the load for a time, before what is measured and recorded",
    warmUp,
  ),
} as const;

/** The parsed option values. */
export type SpamLoadValues = Values<typeof SPAM_LOAD_OPTIONS>;

/** A rate needs as many connections as calls are in flight; this many are opened beforehand for each call a second. */
const CONNECTIONS_PER_RATE = 0.1;
const MAX_CONNECTIONS_OF_RATE = 500;

/** Calls before the measured ones: their number, or the time for which they go on, in milliseconds. */
type WarmUp = { readonly calls: number } | { readonly forMs: number };

function warmUp(value: string): WarmUp {
  return /^\d+$/.test(value) ? { calls: parseCount(value) } : { forMs: parsePositiveDuration(value) };
}

/** The load that the options describe. @throws {UsageError} if they contradict each other */
export async function spamLoad(targets: readonly string[], values: SpamLoadValues): Promise<Load> {
  const { batch, batches, rate, every: interval } = values;
  if ((values.then === undefined) !== (values.after === undefined)) {
    throw new UsageError("--then URL and --after K go together");
  }
  if (rate !== undefined && (batch ?? interval ?? values.poisson) !== undefined) {
    throw new UsageError("Choose one of --rate, --poisson and --batch (with or without --every)");
  }
  if (batches !== undefined && interval === undefined) {
    throw new UsageError("--batches K needs --every DURATION");
  }
  const workload = onlyChains(await workloadOf(targets, values), values.chain);
  for (const { chain } of workload.chains) checkTriggered(chain);
  const load = await loadOf(workload, { ...values, burst: batch });
  const count = batches === undefined ? values.count : batches * (batch ?? 1);
  return {
    ...load,
    arrivals: rate === undefined ? load.arrivals : every(1000 / rate),
    bounds: count === undefined ? load.bounds : { ...load.bounds, count },
  };
}

/** The load before the measured one. @throws {UsageError} if there is no load that goes on for a time */
export function warmUpOf(load: Load, warmUp: WarmUp): Load {
  const seed = `${load.seed}/warm-up`;
  if ("calls" in warmUp) return { ...load, seed, arrivals: burst(warmUp.calls), bounds: {} };
  if (load.arrivals.kind === "burst") {
    throw new UsageError("--warm-up DURATION needs a load that goes on. Write how many calls instead");
  }
  return { ...load, seed, bounds: { forMs: warmUp.forMs } };
}

/** Number of calls of a load that start at once, or need connections that are there. */
export function togetherOf({ arrivals }: Load): number {
  switch (arrivals.kind) {
    case "burst":
      return arrivals.size;
    case "every":
      return Math.max(arrivals.size, connectionsOf(arrivals.size * 1000 / arrivals.everyMs));
    case "poisson":
      return connectionsOf(arrivals.ratePerS);
    case "trace":
      return 1;
  }
}

function connectionsOf(ratePerS: number): number {
  return Math.min(MAX_CONNECTIONS_OF_RATE, Math.ceil(ratePerS * CONNECTIONS_PER_RATE));
}

async function workloadOf(targets: readonly string[], values: SpamLoadValues): Promise<Workload> {
  const [first] = targets;
  if (!isUrl(first) && values.method !== undefined) {
    throw new UsageError("--method is of calls to a URL. Name one, or leave it out");
  }
  if (first === undefined) {
    return { chains: [{ chain: single(fn("hello", { time: lognormal("100ms", "300ms") })) }] };
  }
  if (!isUrl(first)) return await loadWorkloads(targets);
  if (targets.length > 1) {
    throw new UsageError(`Unexpected argument "${targets[1]}": one URL at a time. See --help`);
  }
  return { chains: [{ chain: urlChain(first, values) }] };
}

/** Whether the target of a load is a URL; else it is a workload, or nothing. */
export function isUrl(target: string | undefined): target is string {
  return target !== undefined && (/^https?:/.test(target) || urlSchemeOf(target) !== undefined);
}

/** Calls to a URL are chains of one function, which bears the URL's path as its name. */
function urlChain(url: string, { method, timeout }: SpamLoadValues): Chain {
  const name = (URL.parse(url)?.pathname ?? "").replace(/[^\w.:/@-]/g, "_").replace(/^\/+/, "") || "root";
  return single(fn(name, {
    url,
    ...(method === undefined ? {} : { method }),
    ...(timeout === undefined ? {} : { timeout }),
  }));
}

function single(definition: FunctionDefinition): Chain {
  return chain(definition.name, ({ call }) => {
    call(definition);
  });
}

/** Sends the calls after the first batches to another URL. */
export async function* redirected(
  load: AsyncIterable<Instance[]>,
  values: SpamLoadValues,
): AsyncGenerator<Instance[]> {
  const { then, after = 0, batch = 1 } = values;
  const other = then === undefined ? undefined : urlChain(then, values);
  let sent = 0;
  for await (const instances of load) {
    yield other === undefined
      ? instances
      : instances.map((instance) => sent++ < after * batch ? instance : { ...instance, chain: other });
  }
}
