import { counted, parseCount } from "../../lib/model/mod.ts";
import { instancesOf, type Load } from "../../lib/produce/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import { keepReady, makeReady, MAX_IN_FLIGHT, Spammer, Until } from "../../lib/spam/mod.ts";
import { type Platform, PlatformError } from "../../lib/platform/mod.ts";
import { COLLECT_OPTIONS, openCollecting, Sink } from "../options/collecting.ts";
import { type Command, COMMON, type Context } from "../shell/command.ts";
import { lateBoundOf, lateness } from "../options/late_option.ts";
import { CheckError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { one, readOptions, text } from "../shell/options.ts";
import { allowedUrls, PLATFORM_OPTIONS } from "../options/platform_options.ts";
import { checkNoProbe, PROBE_OPTIONS, runProbe } from "./probe.ts";
import { LiveLine } from "../shell/progress.ts";
import {
  isUrl,
  redirected,
  SPAM_LOAD_OPTIONS,
  spamLoad,
  type SpamLoadValues,
  togetherOf,
  warmUpOf,
  windowOf,
} from "./load.ts";
import { neverWords, shortWords, turningJson, turningWords } from "./until_words.ts";
import { endWords, liveWords } from "./words.ts";
import { PROFILE_TABLE } from "../options/profile_table.ts";
import { chance, clock, makePlatform, openLogOf, providerQueue } from "../assembly.ts";

const options = {
  ...SPAM_LOAD_OPTIONS,
  "in-flight": one(
    "N",
    `most calls in flight; more are not made, and count as failed (default ${MAX_IN_FLIGHT})`,
    parseCount,
  ),
  ...PLATFORM_OPTIONS,
  ...PROBE_OPTIONS,
  ...COLLECT_OPTIONS,
  out: one("FILE", "the run log (default run.json; none: do not write one)", text),
  ...COMMON,
} as const;

/** `sequoia spam` */
export const command: Command = {
  usage: "[URL | WORKLOAD…] [options]",
  examples: [
    ["sequoia spam --batch 100", "a hundred calls at once to the local platform"],
    [
      "sequoia spam workloads/fan7.ts --batch 100 --profile hard-limit",
      "chains lost mid-way at a hard limit",
    ],
    ["sequoia spam http://127.0.0.1:7077/f/x --batch 50 --every 1s --batches 10", "a URL, in batches"],
    [
      "sequoia spam http://127.0.0.1:7077/f/x --rate 500 --for 1m --warm-up 5s",
      "at a constant rate, however long answers take",
    ],
    [
      "sequoia spam http://127.0.0.1:7077/f/x --ramp 10/s..500/s --until 'latency_ms.p99 > 500'",
      "the rate at which it gets slow",
    ],
    [
      "sequoia spam http://127.0.0.1:7077/f/x --probe --expect-limit 100 --out-profile mine.json",
      "what its limits are",
    ],
  ],
  options,
  tables: PROFILE_TABLE,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    const log = openLog(values);
    if (values.probe) return await runProbe(rest, values, context, log);
    checkNoProbe(values);
    const load = await spamLoad(rest, values, (words) => log.info(words));
    const allowed = isUrl(rest[0]) ? [] : allowedUrls(values["allow-url"]); // a URL on the command line is allowed by that
    const before = values["warm-up"] === undefined ? undefined : warmUpOf(load, values["warm-up"]);
    await using stack = new AsyncDisposableStack();
    const maxInFlight = values["in-flight"] ?? MAX_IN_FLIGHT;
    const collecting = stack.use(openCollecting(values));
    const collector = collecting?.address;
    const sink = collecting === undefined ? stack.use(new Sink()).address : undefined;
    const platform = stack.use(
      await makePlatform({
        ...values,
        allowed,
        collector,
        sink,
        load: maxInFlight,
        modelsUrls: isUrl(rest[0]),
        onStart: (words) => log.info(words),
        onNote: (words) => log.warn(words),
      }),
    );
    await checkServed(platform, load);
    if (before !== undefined) {
      const spammer = new Spammer({ platform, recorder: noRecorder, clock, maxInFlight });
      await send(spammer, { platform, load: before, values, context });
      const { ok, throttled, failed } = spammer.stats().calls;
      log.info(`Warmed up: ok ${ok}, throttled ${throttled}, failed ${failed}`);
    }
    const path = values.out ?? "run.json";
    const runLog = path === "none" ? undefined : stack.use(
      await openLogOf(path, "spam", log, {
        seed: load.seed,
        platform: platform.name,
        queue: platform.native === undefined ? "none" : await providerQueue(values.profile),
      }),
    );
    const recorder = runLog ?? noRecorder;
    const functionTimes = collecting?.timesFor(recorder);
    const times = functionTimes === undefined ? {} : { functionTimes };
    const bound = lateBoundOf(values, load), late = bound === undefined ? {} : { lateBound: bound };
    const turned = new AbortController();
    const until = untilOf(values, () => turned.abort());
    const looking = until === undefined ? {} : { until };
    const spammer = new Spammer({ platform, recorder, clock, maxInFlight, ...times, ...late, ...looking });
    const drain = AbortSignal.any([context.drain, turned.signal]);
    await send(spammer, { platform, load, values, context: { ...context, drain } });
    until?.look(clock.nowMs(), true);
    await collecting?.lastWords(context.stop);
    const stats = spammer.stats(), figures = spammer.figures(), pace = spammer.pace();
    const turning = until && (until.turning ?? null);
    if (values.json) {
      context.print(
        JSON.stringify({
          ...stats,
          ...figures,
          pace,
          until: turning && turningJson(turning),
          seed: load.seed,
        }),
      );
    }
    for (const words of endWords(stats, figures, load.seed)) log.info(words);
    collecting?.sum(log);
    if (stats.calls.unsent > 0) {
      log.warn(
        `${
          counted(stats.calls.unsent, "call was", "calls were")
        } not sent, as ${maxInFlight} were in flight. Raise --in-flight`,
      );
    }
    if (spammer.firstFailure !== undefined) log.warn(`The first call that failed: ${spammer.firstFailure}`);
    if (runLog !== undefined) log.info(`Run log: ${runLog.path}. See sequoia report ${runLog.path}`);
    const behind = lateness(
      { pace, bound, what: isUrl(rest[0]) ? "calls were made" : "chains were started" },
      log,
    );
    if (turning) log.info(turningWords(turning));
    if (behind !== undefined) throw behind;
    if (turning !== null || context.drain.aborted) return; // who interrupts a load does not ask for its check
    throw new CheckError(
      until?.hasLooked ? neverWords(values.until, pace) : shortWords(values.until, windowOf(values)),
    );
  },
};

function untilOf(values: SpamLoadValues, onTrue: () => void): Until | undefined {
  const { until: conditions } = values;
  return conditions.length === 0 ? undefined : new Until({ conditions, windowMs: windowOf(values), onTrue });
}

/** @throws {PlatformError} if nobody serves a function of the load: nothing would wait for that */
async function checkServed(platform: Platform, { workload }: Load): Promise<void> {
  for (const { chain } of workload.chains) {
    for (const { fn } of chain.nodes) {
      const reason = await platform.unserved?.(fn);
      if (reason !== undefined) {
        throw new PlatformError("unserved", `Cannot load chain "${chain.name}": ${reason}`);
      }
    }
  }
}

/** A load, and where it goes. */
interface Sending {
  readonly platform: Platform;
  readonly load: Load;
  readonly values: SpamLoadValues;
  readonly context: Context;
}

/** Sends a load, over connections that are open before it starts, and shows how it goes. */
async function send(spammer: Spammer, { platform, load, values, context }: Sending): Promise<void> {
  const { arrivals, workload } = load, { drain, stop } = context;
  const sent = new AbortController();
  const ready = {
    platform,
    chains: workload.chains.map(({ chain }) => chain),
    size: togetherOf(load),
    clock,
    signal: AbortSignal.any([drain, sent.signal]),
  };
  await makeReady(ready);
  const isRepeated = arrivals.kind === "every" && arrivals.size > 1;
  // The calls will tell of faults with connections.
  const keeping = isRepeated ? keepReady(ready, arrivals.everyMs).catch(() => {}) : undefined;
  using _live = new LiveLine(clock, () => liveWords(spammer.stats(), spammer.recent()));
  try {
    await spammer.run(redirected(instancesOf(load, chance, clock, drain), values), stop);
  } finally {
    sent.abort();
    await keeping;
  }
}
