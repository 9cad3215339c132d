import { clockNewsTeller } from "./time_words.ts";
import { type Attachment, parseAttachment } from "../lib/platform/mod.ts";
import { formatDuration, type JsonObject, parseCount } from "../lib/model/mod.ts";
import { DEFAULT_POLICY } from "../lib/policies/mod.ts";
import { Consumer, type ConsumerStats, thisProcess } from "../lib/consume/mod.ts";
import {
  type AskedWait,
  DEFAULT_LIMIT,
  type HeldRetries,
  type Limits,
  Scheduler,
} from "../lib/scheduler/mod.ts";
import { addressWords } from "../lib/queue/mod.ts";
import { noRecorder, type Price, priced } from "../lib/record/mod.ts";
import { askerWords } from "./consumer_words.ts";
import { COLLECT_OPTIONS, openCollecting, Sink } from "./collecting.ts";
import { type Command, COMMON } from "./command.ts";
import { PARTITIONS_OPTION, QUEUE_OPTION, QUEUE_TABLE } from "./queue_option.ts";
import { UsageError } from "./errors.ts";
import { floorShortageWords } from "./floor_words.ts";
import { openLog } from "./log.ts";
import { choice, flag, many, one, readOptions, text, withWords } from "./options.ts";
import { allowedUrls, PLATFORM_OPTIONS, strayingSecrets } from "./platform_options.ts";
import { leftWords, LiveLine } from "./progress.ts";
import {
  limitsOf,
  POLICY_NAMES,
  POLICY_TABLE,
  policyOptionsOf,
  schedulerOptionsOf,
  SCHEDULING_OPTIONS,
  schedulingOf,
} from "./scheduling_options.ts";
import { VERSION } from "./version.ts";
import {
  chance,
  clock,
  makePlatform,
  makePolicy,
  makeSetPolicy,
  openLogOf,
  openQueue,
  queueAddress,
} from "./wire.ts";

const options = {
  policy: one(
    "NAME",
    `what runs next (default ${DEFAULT_POLICY}); names and files joined by +`,
    withWords(text, POLICY_NAMES),
  ),
  ...SCHEDULING_OPTIONS,
  "allow-policy-files": flag(
    "also run policies in files that sequoia queue policy sends, as code of this process",
  ),
  window: one("N", "most instances taken from the queue at a time (default 100000)", parseCount),
  "until-empty": flag("end when nothing is queued or running"),
  ...PLATFORM_OPTIONS,
  platform: many(
    "NAME=URL",
    "one of several platforms: edge=http://127.0.0.1:7077,limit=200,price=1 or aws=lambda:us-east-1 (repeatable)",
    parseAttachment,
  ),
  ...COLLECT_OPTIONS,
  out: one("FILE", "the run log (default run.json; none: do not write one)", text),
  ...QUEUE_OPTION,
  ...PARTITIONS_OPTION,
  from: one(
    "earliest|latest",
    "first consumer of the original's topic: run what its producers have sent so far, or pass over it",
    choice("earliest", "latest"),
  ),
  "original-priorities": one(
    "ID,ID,…",
    "of the original's messages: functions by their ids, the most urgent first; chains with even ids before odd ones",
    functionIds,
  ),
  ...COMMON,
} as const;

function functionIds(text: string): readonly number[] {
  if (/^\d{1,9}(,\d{1,9})*$/.test(text)) return text.split(",").map(Number);
  throw new SyntaxError(`Cannot read "${text}" as ids of functions. Write numbers: 1,2,3`);
}

/** `sequoia consume` */
export const command: Command = {
  usage: "[options]",
  examples: [
    ["sequoia consume --policy fair-share", "share the concurrency between chains"],
    [
      "sequoia consume --policy fair-share+shortest-job-first --by tenant --limit 200",
      "between tenants; each one's shortest chain first",
    ],
    ["sequoia consume --limit auto", "find out how much the provider lets run, and keep to it"],
    [
      "sequoia consume --queue kafka://127.0.0.1:9092 --limit 200",
      "on each of several machines: they share the work, and the limit",
    ],
    [
      "sequoia consume --platform aws=lambda:eu-central-1,limit=1000",
      "functions without a URL are on AWS Lambda, by their names",
    ],
    ["sequoia consume --collect 10000", "and say how long functions really ran, and waited at the provider"],
    ["sequoia consume --policy ./mine.ts --until-empty", "a policy of your own; end with the queue"],
  ],
  options,
  isService: true,
  tables: { "Policies": POLICY_TABLE, ...QUEUE_TABLE },
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    if (rest.length > 0) throw unexpected(rest);
    const log = openLog(values);
    const policyOptions = policyOptionsOf(values), takesFiles = values["allow-policy-files"];
    const attached = values.platform;
    const allowed = allowedUrls(values["allow-url"]), straying = strayingSecrets(values.secret, allowed);
    if (straying !== undefined) log.warn(straying);
    const policy = await makePolicy(values.policy, policyOptions);
    const limits: Limits = {
      ...limitsOf(values, defaultLimit(attached)),
      platforms: platformLimits(attached),
    };
    const scheduler = new Scheduler({
      policy,
      limits,
      ...schedulerOptionsOf(values),
      platforms: attached,
      random: chance,
    });
    await using stack = new AsyncDisposableStack();
    const collecting = stack.use(openCollecting(values));
    const sink = collecting === undefined ? stack.use(new Sink()).address : undefined;
    const platform = stack.use(
      await makePlatform({
        ...values,
        allowed,
        attached,
        collector: collecting?.address,
        sink,
        onStart: (words) => log.info(words),
        onNote: (words) => log.warn(words),
      }),
    );
    const queue = stack.use(
      await openQueue(values, {
        signal: context.drain,
        onNote: (words) => log.warn(words),
        ...(values.from === undefined ? {} : { from: values.from }),
        ...(values["original-priorities"] && { priorities: values["original-priorities"] }),
      }),
    );
    const path = values.out ?? "run.json";
    const runLog = path === "none" ? noRecorder : stack.use(
      await openLogOf(path, "consume", log, {
        policy: values.policy ?? DEFAULT_POLICY,
        limits: limits as JsonObject,
        scheduling: schedulingOf(values),
        platform: platform.name,
      }),
    );
    const prices = pricesOf(attached);
    const recorder = prices.size === 0 ? runLog : priced(runLog, prices);
    const { limit: now } = scheduler.stats(); // before it divides the limit with others
    const consumer = new Consumer({
      queue,
      scheduler,
      platform,
      recorder,
      clock,
      ...thisProcess(VERSION, takesFiles),
      ...(collecting === undefined ? {} : { functionTimes: collecting.timesFor(recorder, scheduler) }),
      untilEmpty: values["until-empty"],
      policyName: values.policy ?? DEFAULT_POLICY,
      makePolicy: (setting) => makeSetPolicy(setting, policyOptions, takesFiles),
      onSettings: (words) => log.info(`${words}. See sequoia queue settings`),
      onRefused: ({ message }) => log.error(message),
      onClock: clockNewsTeller((words) => log.warn(words)),
      onUnserved: (fn, isServed) =>
        isServed ? log.info(`function ${fn.function} is served now`) : log.warn(fn.reason),
      onHeldRetries: (retries) =>
        retries.waiting > 0 ? log.warn(heldWords(retries)) : log.info(heldWords(retries)),
      onAsked: (wait) => log.warn(askedWords(wait, clock.nowMs())),
      onFloorShortage: (shortage) => log.warn(floorShortageWords(shortage)),
      onThrottled: (name, refused) =>
        refused === undefined ? log.info(`Function ${name} is not refused any more`) : log.warn(
          `No call of function ${name} has been let in for a minute: ${refused.reason}. Check its platform`,
        ),
      ...(values.window === undefined ? {} : { window: values.window }),
    });
    const by = values.by === undefined ? "" : ` by ${values.by}`;
    const start = now === limits.global ? "" : `, starting at ${now}`;
    log.info(
      `Consuming ${addressWords(queueAddress(values.queue))}: policy ${
        values.policy ?? DEFAULT_POLICY
      }${by}, limit ${limits.global}${start}`,
    );
    {
      using _live = new LiveLine(clock, () => progressLine(consumer.stats()));
      await consumer.run(context.drain, context.stop);
      await collecting?.lastWords(context.stop);
    }
    const { completed, failed, cancelled, shed, throttled, retried } = consumer.stats();
    if (values.json) {
      context.print(JSON.stringify({ completed, failed, cancelled, shed, throttled, retried }));
    }
    log.info(
      `Completed ${completed}, failed ${failed}, cancelled ${cancelled}, shed ${shed}; ` +
        `${throttled} throttles, ${retried} retries${failed > 0 ? ". See sequoia queue dead" : ""}`,
    );
    collecting?.sum(log);
    if (path !== "none") log.info(`Run log: ${path}. See sequoia report ${path}`);
  },
};

/** The sum of the platforms' limits, if all tell theirs; else the default. */
function defaultLimit(attached: readonly Attachment[]): number {
  const sum = attached.reduce((all, { limit }) => all + limit, 0);
  return sum > 0 && sum < Infinity ? sum : DEFAULT_LIMIT;
}

function platformLimits(attached: readonly Attachment[]): Record<string, number> {
  const names = attached.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Cannot attach two platforms named ${twice}`);
  return Object.fromEntries(
    attached.filter(({ limit }) => limit < Infinity).map(({ name, limit }) => [name, limit]),
  );
}

/** The prices of the platforms, if one of them costs anything. */
function pricesOf(attached: readonly Attachment[]): ReadonlyMap<string, Price> {
  if (attached.every(({ price, pricePerMs }) => price === 0 && pricePerMs === 0)) return new Map();
  return new Map(
    attached.map(({ name, price, pricePerMs }) => [name, { perCall: price, perMs: pricePerMs }]),
  );
}

function unexpected(rest: readonly string[]): UsageError {
  return new UsageError(`Unexpected argument "${rest[0]}". See --help`);
}

/** The time for which a platform has asked callers to wait, and the reaction, in words. */
function askedWords({ askedMs, untilMs, ...where }: AskedWait, nowMs: number): string {
  const [asked, left] = [askedMs, untilMs - nowMs].map((ms) => formatDuration(Math.ceil(ms / 1000) * 1000));
  const again = asked === left ? "" : `; after ${left} one call asks again`;
  const kept = where.function === undefined ? "nothing starts there" : "no call of that starts";
  return `${askerWords(where).replace(/^t/, "T")} has asked callers to wait for ${asked}: ${kept}${again}`;
}

/** Why retries are held back, or that none are any more. */
function heldWords({ function: name, platform, waiting }: HeldRetries): string {
  const where = `function ${name}${platform === undefined ? "" : ` on ${platform}`}`;
  if (waiting === 0) return `Holding no retries of ${where} back any more`;
  return `Holding ${waiting} retries of ${where} back: its calls fail, and more of them would multiply the load. ` +
    "They go as calls succeed. See --retry-budget";
}

function progressLine(stats: ConsumerStats): string {
  const { ready, running, limit, completed, failed, delayed, leftMs, unserved, refused, heldRetries, asked } =
    stats;
  const nobody = unserved.length === 0 ? "" : `; nobody serves ${namesOf(unserved)}`;
  const full = refused.length === 0 ? "" : `; refused for a minute: ${namesOf(refused)}`;
  const held = heldRetries.reduce((sum, { waiting }) => sum + waiting, 0);
  const budget = held > 0 ? `; retry budget holds ${held}` : "";
  const closed = asked.length === 0 ? "" : "; " + askerWords(asked[0]!) + " asks callers to wait";
  const wait = delayed > 0 ? `, delayed ${delayed}` : "";
  const left = leftMs === undefined ? "" : `; ${leftWords(leftMs)}`;
  return `running ${running} of ${limit}, ready ${ready}${wait}; chains completed ${completed}, failed ${failed}${left}${budget}${nobody}${full}${closed}`;
}

/** Most functions without a server, and most that are refused, that the live line names. */
const FUNCTIONS_SHOWN = 3;

function namesOf(functions: readonly { readonly function: string }[]): string {
  const names = functions.slice(0, FUNCTIONS_SHOWN).map((fn) => fn.function).join(", ");
  return functions.length > FUNCTIONS_SHOWN ? `${names}, …` : names;
}
