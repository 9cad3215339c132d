import {
  type Chain,
  chain,
  every,
  fn,
  type FunctionDefinition,
  type Instance,
  lognormal,
  METHODS,
  parseCount,
  parsePositiveDuration,
  parseRate,
  type Workload,
} from "../lib/model/mod.ts";
import { instancesOf, type Load } from "../lib/produce/mod.ts";
import { noRecorder } from "../lib/record/mod.ts";
import { checkTriggered, Spammer, type SpamStats } from "../lib/spam/mod.ts";
import { type Command, COMMON } from "./command.ts";
import { UsageError } from "./errors.ts";
import { LOAD_OPTIONS, loadOf } from "./load_options.ts";
import { openLog } from "./log.ts";
import { choice, one, readOptions, text, type Values } from "./options.ts";
import { allowedUrls, PLATFORM_OPTIONS } from "./platform_options.ts";
import { LiveLine } from "./progress.ts";
import { chance, clock, makePlatform, openLogOf } from "./wire.ts";
import { loadWorkloads, onlyChains } from "./workload_file.ts";

const { burst: _burst, ...load } = LOAD_OPTIONS;

const options = {
  batch: one("N", "so many calls (or chains) at once", parseCount),
  batches: one("K", "so many batches, --every so long", parseCount),
  rate: one("RATE", "calls at a constant rate: 50 or 300/m", parseRate),
  ...load,
  then: one("URL", "from a batch on, call this URL instead (with --after)", text),
  after: one("K", "how many batches go to the first URL before --then", parseCount),
  method: one("METHOD", `of calls to a URL: ${METHODS.join(", ")} (default POST)`, choice(...METHODS)),
  timeout: one("DURATION", "longest a call to a URL may take (default 5m)", parsePositiveDuration),
  ...PLATFORM_OPTIONS,
  out: one("FILE", "the run log (default run.json; none: do not write one)", text),
  ...COMMON,
} as const;

/** `sequoia spam` */
export const command: Command = {
  summary: "load a platform without quality of service",
  usage: "[URL | WORKLOAD…] [options]",
  examples: [
    ["sequoia spam --batch 100", "a hundred calls at once to the local platform"],
    [
      "sequoia spam workloads/fan7.ts --batch 100 --profile hard-limit",
      "chains lost mid-way at a hard limit",
    ],
    ["sequoia spam http://127.0.0.1:7077/f/x --batch 50 --every 1s --batches 10", "a URL, in batches"],
  ],
  options,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    const log = openLog(values);
    if ((values.then === undefined) !== (values.after === undefined)) {
      throw new UsageError("--then URL and --after K go together");
    }
    const load = await spamLoad(rest, values);
    const allowed = isUrl(rest[0]) ? [] : allowedUrls(values["allow-url"]); // a URL on the command line is allowed by that
    await using stack = new AsyncDisposableStack();
    const platform = stack.use(
      await makePlatform({ ...values, allowed, onStart: (words) => log.info(words) }),
    );
    const path = values.out ?? "run.json";
    const recorder = path === "none"
      ? noRecorder
      : stack.use(await openLogOf(path, "spam", { seed: load.seed, platform: platform.name }));
    const spammer = new Spammer({ platform, recorder, clock });
    {
      using _live = new LiveLine(clock, () => progressLine(spammer.stats()));
      await spammer.run(redirected(instancesOf(load, chance, clock, context.drain), values), context.stop);
    }
    const { chains, calls } = spammer.stats();
    if (values.json) context.print(JSON.stringify({ chains, calls, seed: load.seed }));
    log.info(
      `Calls: ok ${calls.ok}, throttled ${calls.throttled}, failed ${calls.failed}. ` +
        `Started ${chains.started}, completed ${chains.completed}, dropped ${chains.dropped} (seed ${load.seed})`,
    );
    if (path !== "none") log.info(`Run log: ${path}. See sequoia report ${path}`);
  },
};

type SpamValues = Values<typeof options>;

async function spamLoad(targets: readonly string[], values: SpamValues): Promise<Load> {
  const { batch, batches, rate, every: interval } = values;
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

async function workloadOf(targets: readonly string[], values: SpamValues): Promise<Workload> {
  const [first] = targets;
  if (first === undefined) {
    return { chains: [{ chain: single(fn("hello", { time: lognormal("100ms", "300ms") })) }] };
  }
  if (!isUrl(first)) return await loadWorkloads(targets);
  if (targets.length > 1) {
    throw new UsageError(`Unexpected argument "${targets[1]}": one URL at a time. See --help`);
  }
  return { chains: [{ chain: urlChain(first, values) }] };
}

function isUrl(target: string | undefined): boolean {
  return target !== undefined && /^(https?|lambda):/.test(target);
}

/** Calls to a URL are chains of one function, which bears the URL's path as its name. */
function urlChain(url: string, { method, timeout }: SpamValues): Chain {
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

/** Sends what comes after the first batches to another URL. */
async function* redirected(load: AsyncIterable<Instance[]>, values: SpamValues): AsyncGenerator<Instance[]> {
  const { then, after = 0, batch = 1 } = values;
  const other = then === undefined ? undefined : urlChain(then, values);
  let sent = 0;
  for await (const instances of load) {
    yield other === undefined
      ? instances
      : instances.map((instance) => sent++ < after * batch ? instance : { ...instance, chain: other });
  }
}

function progressLine({ chains, calls }: SpamStats): string {
  return `running ${calls.running}, ok ${calls.ok}, throttled ${calls.throttled}, failed ${calls.failed}; ` +
    `chains completed ${chains.completed}, dropped ${chains.dropped}`;
}
