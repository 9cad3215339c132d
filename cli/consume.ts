import { type Attachment, parseAttachment } from "../lib/platform/mod.ts";
import { parseCount, parsePositiveDuration, parseRate } from "../lib/model/mod.ts";
import { DEFAULT_POLICY, type PolicyOptions } from "../lib/policies/mod.ts";
import { Consumer, type ConsumerStats } from "../lib/consume/mod.ts";
import { type Limits, Scheduler } from "../lib/scheduler/mod.ts";
import type { Command as QueueCommand } from "../lib/queue/mod.ts";
import { noRecorder } from "../lib/record/mod.ts";
import { type Command, COMMON, QUEUE_OPTION } from "./command.ts";
import { UsageError } from "./errors.ts";
import { openLog } from "./log.ts";
import { flag, limit, many, one, pair, readOptions, text, type Values } from "./options.ts";
import { PLATFORM_OPTIONS } from "./platform_options.ts";
import { leftWords, LiveLine } from "./progress.ts";
import { chance, clock, makePlatform, makePolicy, openLogOf, openQueue, queueAddress } from "./wire.ts";

/** Attempts in flight when nothing else is said: what a Lambda account has in a region, by default, without an increase. */
const DEFAULT_LIMIT = 1000;

const limitOf = (value: string): readonly [string, number] => {
  const [name, max] = pair(value);
  return [name, parseCount(max)];
};

const rateOf = (value: string): readonly [string, number] => {
  const [name, rate] = pair(value);
  return [name, parseRate(rate)];
};

const weightOf = (value: string): readonly [string, number] => {
  const [name, weight] = pair(value);
  if (Number(weight) > 0 && Number(weight) < Infinity) return [name, Number(weight)];
  throw new RangeError(`Cannot give ${name} the weight "${weight}". Write a number above 0`);
};

const options = {
  policy: one("NAME", `what runs next (default ${DEFAULT_POLICY}); names and files joined by +`, text),
  by: one("LABEL", "share by a label's values instead of by chain", text),
  weight: many("C=N", "the weight of a chain under weighted (repeatable)", weightOf),
  ageing: one("DURATION", "priority-queues: one class higher after so long", parsePositiveDuration),
  "strict-shares": flag("fair policies: never more than the group's share, even if the others want less"),
  shed: flag("refuse chains that cannot meet their deadlines any more, before they start"),
  limit: one("N|auto", `most functions in flight (default ${DEFAULT_LIMIT}); auto: find it out`, limit),
  "function-limit": many("F=N", "most in flight of one function (repeatable)", limitOf),
  "chain-limit": many("C=N", "most in flight of one chain (repeatable)", limitOf),
  "label-limit": many("L=N", "most in flight of each value of a label: tenant=20 (repeatable)", limitOf),
  rate: one("RATE", "most starts: 50 (per second) or 300/m", parseRate),
  "function-rate": many("F=RATE", "most starts of one function (repeatable)", rateOf),
  window: one("N", "most instances taken from the queue at a time (default 100000)", parseCount),
  "until-empty": flag("end when nothing is queued or running"),
  ...PLATFORM_OPTIONS,
  platform: many(
    "NAME=URL",
    "one of several platforms: edge=http://127.0.0.1:7077,limit=200,price=1 (repeatable)",
    parseAttachment,
  ),
  out: one("FILE", "the run log (default run.json; none: do not write one)", text),
  ...QUEUE_OPTION,
  ...COMMON,
} as const;

/** `sequoia consume` */
export const command: Command = {
  summary: "schedule what is queued and invoke it",
  usage: "[options]",
  examples: [
    ["sequoia consume --policy fair-share", "share the concurrency between chains"],
    [
      "sequoia consume --policy fair-share+shortest-job-first --by tenant --limit 200",
      "between tenants; each one's shortest chain first",
    ],
    ["sequoia consume --limit auto", "find out how much the provider lets run, and keep to it"],
    ["sequoia consume --policy ./mine.ts --until-empty", "a policy of your own; end with the queue"],
  ],
  options,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    if (rest.length > 0) throw unexpected(rest);
    const log = openLog(values);
    const policyOptions = policyOptionsOf(values);
    const attached = values.platform;
    const policy = await makePolicy(values.policy, policyOptions);
    const limits = {
      global: values.limit ?? defaultLimit(attached),
      functions: Object.fromEntries(values["function-limit"]),
      chains: Object.fromEntries(values["chain-limit"]),
      labels: Object.fromEntries(values["label-limit"]),
      platforms: platformLimits(attached),
      functionRates: Object.fromEntries(values["function-rate"]),
      ...(values.rate === undefined ? {} : { rate: values.rate }),
    } satisfies Limits;
    const scheduler = new Scheduler({
      policy,
      limits,
      strictShares: values["strict-shares"],
      shed: values.shed,
      platforms: attached,
      random: chance,
    });
    await using stack = new AsyncDisposableStack();
    const platform = stack.use(
      await makePlatform({ ...values, attached, onStart: (words) => log.info(words) }),
    );
    const queue = stack.use(await openQueue(values.queue));
    const path = values.out ?? "run.json";
    const recorder = path === "none" ? noRecorder : stack.use(
      await openLogOf(path, "consume", {
        policy: values.policy ?? DEFAULT_POLICY,
        limits,
        platform: platform.name,
      }),
    );
    const consumer = new Consumer({
      queue,
      scheduler,
      platform,
      recorder,
      clock,
      untilEmpty: values["until-empty"],
      onCommand: (command) =>
        obey(command, scheduler, limits, policyOptions).catch((error) => log.error(String(error.message))),
      ...(values.window === undefined ? {} : { window: values.window }),
    });
    log.info(
      `Consuming ${queueAddress(values.queue)}: policy ${
        values.policy ?? DEFAULT_POLICY
      }, limit ${limits.global}`,
    );
    {
      using _live = new LiveLine(clock, () => progressLine(consumer.stats()));
      await consumer.run(context.drain, context.stop);
    }
    const { completed, failed, cancelled, shed, throttled, retried } = consumer.stats();
    if (values.json) {
      context.print(JSON.stringify({ completed, failed, cancelled, shed, throttled, retried }));
    }
    log.info(
      `Completed ${completed}, failed ${failed}, cancelled ${cancelled}, shed ${shed}; ` +
        `${throttled} throttles, ${retried} retries`,
    );
    if (path !== "none") log.info(`Run log: ${path}. See sequoia report ${path}`);
  },
};

function policyOptionsOf({ by, ageing, weight }: Values<typeof options>): PolicyOptions {
  return {
    ...(by === undefined ? {} : { by }),
    ...(ageing === undefined ? {} : { ageingMs: ageing }),
    weights: new Map(weight),
  };
}

/** What the platforms take together, if they say so. */
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

function unexpected(rest: readonly string[]): UsageError {
  return new UsageError(`Unexpected argument "${rest[0]}". See --help`);
}

async function obey(
  command: QueueCommand,
  scheduler: Scheduler,
  limits: Limits,
  options: PolicyOptions,
): Promise<void> {
  if (command.kind === "policy") scheduler.setPolicy(await makePolicy(command.policy, options));
  if (command.kind === "limit") scheduler.setLimits({ ...limits, global: command.limit });
}

function progressLine({ ready, running, limit, completed, failed, delayed, leftMs }: ConsumerStats): string {
  const wait = delayed > 0 ? `, delayed ${delayed}` : "";
  const left = leftMs === undefined ? "" : `; ${leftWords(leftMs)}`;
  return `running ${running} of ${limit}, ready ${ready}${wait}; chains completed ${completed}, failed ${failed}${left}`;
}
