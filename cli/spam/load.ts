import {
  burst,
  type Chain,
  chain,
  checkTriggered,
  every,
  fn,
  formatDuration,
  type FunctionDefinition,
  highestRatePerS,
  type Instance,
  type JsonObject,
  type JsonText,
  lognormal,
  METHODS,
  onlyChains,
  parseCount,
  parsePositiveDuration,
  parseRate,
  ramp,
  readJson,
  sendArgs,
  stripUndefined,
  urlSchemeOf,
  type Workload,
} from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { CONDITION_FIGURES, parseCondition } from "../../lib/spam/mod.ts";
import { ARGS_OPTIONS, argsOf } from "../options/args_options.ts";
import { ratesIn } from "../options/arrival_process.ts";
import { LATE_OPTION } from "../options/late_option.ts";
import { LOAD_OPTIONS, loadOf } from "../options/load_options.ts";
import { choice, many, one, optionGroup, text, type Values, withWords } from "../shell/options.ts";
import { loadWorkloads } from "../modules/workload_file.ts";

const { burst: _burst, ...times } = LOAD_OPTIONS;

/** The options for the calls of a load, and for their times. */
export const SPAM_LOAD_OPTIONS = optionGroup("for the load", {
  batch: one("N", "N calls (or chains) at once", parseCount),
  batches: one("K", "K batches, one each --every DURATION", parseCount),
  rate: one("RATE", "calls at a constant rate: 50 or 300/m", parseRate),
  ...times,
  every: { ...times.every, help: "one (or --batch N) at a fixed interval" },
  then: one("URL", "from a batch on, call this URL instead (with --after)", text),
  after: one("K", "how many batches go to the first URL before --then", parseCount),
  ...ARGS_OPTIONS,
  method: one("METHOD", `of calls to a URL: ${METHODS.join(", ")} (default POST)`, choice(...METHODS)),
  timeout: one("DURATION", "longest a call to a URL may take (default 5m)", parsePositiveDuration),
  ramp: one(
    "FROM..TO",
    "independent calls at a rate that grows evenly over --for (default 1m): 10/s..500/s",
    ramped,
  ),
  until: many(
    "CONDITION",
    "end when it is true, and say at which rate; with 3 if it never is: 'latency_ms.p99 > 500', " +
      "'throttledShare > 5%' (repeatable)",
    withWords(parseCondition, CONDITION_FIGURES),
  ),
  window: one("DURATION", "until: the time that its figures are of (default 5s)", parsePositiveDuration),
  ...LATE_OPTION,
  "warm-up": one(
    "N|DURATION",
    "N calls at once, or the load for a time, before what is measured and recorded",
    warmUp,
  ),
});

/** The parsed option values. */
export type SpamLoadValues = Values<typeof SPAM_LOAD_OPTIONS>;

/** The time over which a rate grows, in milliseconds. */
const RAMP_MS = 60_000;

function ramped(value: string): { readonly from: number; readonly to: number } {
  const rates = ratesIn(value, value);
  if (rates.length !== 2) throw new SyntaxError(`Cannot read "${value}" as a ramp. Write 10/s..500/s`);
  const [from, to] = rates.map(parseRate) as [number, number];
  return { from, to };
}

/** The length of the windows of `--until`, in milliseconds. (Default: 5 s) */
export function windowOf({ window = 5000 }: SpamLoadValues): number {
  return window;
}

/** A rate needs as many connections as calls are in flight; this many are opened beforehand for each call a second. */
const CONNECTIONS_PER_RATE = 0.1;
const MAX_CONNECTIONS_OF_RATE = 500;

/** Calls before the measured ones: their number, or the time for which they go on, in milliseconds. */
type WarmUp = { readonly calls: number } | { readonly forMs: number };

function warmUp(value: string): WarmUp {
  return /^\d+$/.test(value) ? { calls: parseCount(value) } : { forMs: parsePositiveDuration(value) };
}

/** The load that the options describe. @throws {UsageError} if they contradict each other */
export async function spamLoad(
  targets: readonly string[],
  values: SpamLoadValues,
  onNote: (words: string) => void,
): Promise<Load> {
  const { batch, batches, rate, ramp: ramped, every: interval } = values;
  if ((values.then === undefined) !== (values.after === undefined)) {
    throw new UsageError("--then URL and --after K go together");
  }
  if (rate !== undefined && (batch ?? interval ?? values.poisson) !== undefined) {
    throw new UsageError("Choose one of --rate, --poisson and --batch (with or without --every)");
  }
  const others = batch ?? interval ?? rate ?? values.poisson ?? values.arrivals ?? values.trace[0];
  if (ramped !== undefined && others !== undefined) {
    throw new UsageError("--ramp says when calls start. Leave out --rate, --poisson, --batch and the others");
  }
  if (values.window !== undefined && values.until.length === 0) {
    throw new UsageError("--window is of --until. Add --until CONDITION, or leave it out");
  }
  const lengthMs = ramped === undefined ? values.for : values.for ?? RAMP_MS;
  if (values.until.length > 0 && lengthMs !== undefined && lengthMs <= windowOf(values)) {
    throw new UsageError(
      `--until looks at windows of ${formatDuration(windowOf(values))}, and the load lasts ${
        formatDuration(lengthMs)
      }. Write a longer --for, or a shorter --window`,
    );
  }
  if (batches !== undefined && interval === undefined) {
    throw new UsageError("--batches K needs --every DURATION");
  }
  const args = await argsOf(values);
  if (args !== undefined && !isUrl(targets[0]) && (targets[0] ?? values.trace[0]) !== undefined) {
    throw new UsageError(
      "--arg and --args are of calls to a URL: the nodes of chains have their own. Leave them out",
    );
  }
  const named = await workloadOf(targets, values, args);
  const load = await loadOf(
    named && onlyChains(named, values.chain),
    { ...values, burst: batch, for: lengthMs },
    { otherwise: { chains: [{ chain: single(HELLO, args) }] }, onNote },
  );
  for (const { chain } of load.workload.chains) checkTriggered(chain);
  const count = batches === undefined ? values.count : batches * (batch ?? 1);
  return {
    ...load,
    arrivals: ramped !== undefined
      ? ramp(ramped.from, { to: ramped.to, over: lengthMs! })
      : rate === undefined
      ? load.arrivals
      : every(1000 / rate),
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
    case "replay":
      return 1;
    default:
      return connectionsOf(highestRatePerS(arrivals));
  }
}

function connectionsOf(ratePerS: number): number {
  return Math.min(MAX_CONNECTIONS_OF_RATE, Math.ceil(ratePerS * CONNECTIONS_PER_RATE));
}

/** The function of a load that names nothing to call. */
const HELLO = fn("hello", { time: lognormal("100ms", "300ms") });

/** The chains that the command line names; undefined: none. */
async function workloadOf(
  targets: readonly string[],
  values: SpamLoadValues,
  args: JsonText | undefined,
): Promise<Workload | undefined> {
  const [first] = targets;
  if (!isUrl(first) && values.method !== undefined) {
    throw new UsageError("--method is of calls to a URL. Name one, or leave it out");
  }
  if (first === undefined) return undefined;
  if (!isUrl(first)) return await loadWorkloads(targets);
  if (targets.length > 1) {
    throw new UsageError(`Unexpected argument "${targets[1]}": one URL at a time. See --help`);
  }
  return { chains: [{ chain: urlChain(first, values, args) }] };
}

/** Whether the target of a load is a URL; else it is a workload, or nothing. */
export function isUrl(target: string | undefined): target is string {
  return target !== undefined && (/^https?:/.test(target) || urlSchemeOf(target) !== undefined);
}

/** Calls to a URL are chains of one function, which bears the URL's path as its name. */
function urlChain(url: string, { method, timeout }: SpamLoadValues, args: JsonText | undefined): Chain {
  const name = (URL.parse(url)?.pathname ?? "").replace(/[^\w.:/@-]/g, "_").replace(/^\/+/, "") || "root";
  return single(fn(name, { url, ...stripUndefined({ method, timeout }) }), args);
}

/** @param args an object */
function single(definition: FunctionDefinition, args: JsonText | undefined): Chain {
  const made = chain(definition.name, ({ call }) => {
    call(definition, args === undefined ? {} : { args: readJson(args) as JsonObject });
  });
  if (args !== undefined) sendArgs(made.nodes[0]!, args);
  return made;
}

/** Sends the calls after the first batches to another URL. */
export async function* redirected(
  load: AsyncIterable<Instance[]>,
  values: SpamLoadValues,
): AsyncGenerator<Instance[]> {
  const { then, after = 0, batch = 1 } = values;
  const other = then === undefined ? undefined : urlChain(then, values, await argsOf(values));
  let sent = 0;
  for await (const instances of load) {
    yield other === undefined
      ? instances
      : instances.map((instance) => sent++ < after * batch ? instance : { ...instance, chain: other });
  }
}
