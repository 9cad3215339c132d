import { type Attachment, parseAttachment } from "../../lib/platform/mod.ts";
import { counted, grouped, type JsonObject, parseCount } from "../../lib/model/mod.ts";
import { DEFAULT_POLICY } from "../../lib/policies/mod.ts";
import {
  Consumer,
  notesTo,
  type NoteTaker,
  queueEvent,
  tellingTo,
  thisProcess,
} from "../../lib/consume/mod.ts";
import { DEFAULT_LIMIT, type Limits, Scheduler } from "../../lib/scheduler/mod.ts";
import { addressWords } from "../../lib/queue/mod.ts";
import { noRecorder, priced } from "../../lib/record/mod.ts";
import { COLLECT_OPTIONS, openCollecting, Sink } from "../options/collecting.ts";
import { type Command, COMMON } from "../shell/command.ts";
import { PARTITIONS_OPTION, QUEUE_OPTION } from "../options/queue_option.ts";
import { secretReference } from "../options/secret_reference.ts";
import { RUN_LOG_OPTIONS } from "../options/run_log_options.ts";
import { UsageError } from "../shell/errors.ts";
import { PROFILE_TABLE } from "../options/profile_table.ts";
import { Backlog } from "./backlog.ts";
import { listenAddress } from "../options/listen_address.ts";
import { limitedNames } from "../options/limited_names.ts";
import { Heartbeat, HEARTBEAT_MS, parseHeartbeat } from "./heartbeat.ts";
import { checkListening, listenBeside } from "./listening.ts";
import { LimitedNames } from "./limited_names.ts";
import { liveWords } from "./live_words.ts";
import { terminal } from "../shell/live_terminal.ts";
import { openLog } from "../shell/log.ts";
import { choice, flag, many, one, optionGroup, readOptions, text, withWords } from "../shell/options.ts";
import { allowedUrls, PLATFORM_OPTIONS, strayingSecrets } from "../options/platform_options.ts";
import { LiveLine } from "../shell/progress.ts";
import {
  checkEffects,
  limitsOf,
  POLICY_NAMES,
  POLICY_TABLE,
  policyOptionsOf,
  schedulerOptionsOf,
  SCHEDULING_OPTIONS,
  schedulingOf,
} from "../options/scheduling_options.ts";
import { StrayPolicyErrors } from "../modules/stray_policy_errors.ts";
import { VERSION } from "../shell/version.ts";
import {
  chance,
  clock,
  identityOf,
  makePlatform,
  makePolicy,
  makePoster,
  makeSetPolicy,
  openLogOf,
  openQueue,
  openTracer,
  queueAddress,
} from "../assembly.ts";

const options = {
  ...optionGroup("for the policy", {
    policy: one(
      "NAME",
      `what runs next (default ${DEFAULT_POLICY}); names and files joined by +`,
      withWords(text, POLICY_NAMES),
    ),
    "allow-policy-files": flag(
      "also run policies in files that sequoia queue policy sends, as code of this process",
    ),
  }),
  ...SCHEDULING_OPTIONS,
  window: one("N", "most instances taken from the queue at a time (default 100000)", parseCount),
  "until-empty": flag("end when nothing is delayed, queued or running"),
  ...PLATFORM_OPTIONS,
  ...optionGroup("for calls", {
    platform: many(
      "NAME=URL",
      "one of several platforms: edge=http://127.0.0.1:7077,limit=200,price=1 or aws=lambda:us-east-1 (repeatable)",
      parseAttachment,
    ),
    "callback-secret": one(
      "REFERENCE",
      "sign callbacks that name no secret with this one: env:NAME or file:PATH",
      secretReference,
    ),
  }),
  ...optionGroup("for watching", {
    heartbeat: one(
      "DURATION",
      "log how it gets on at this interval, or none (default 30s where no terminal shows it)",
      withWords(parseHeartbeat, ["none"]),
    ),
    listen: one(
      "ADDRESS",
      "serve page, API and metrics of this one consumer at a loopback address: 127.0.0.1:7071 (default: nothing is served)",
      listenAddress,
    ),
    "metrics-label": one(
      "LABEL",
      "tell calls and queueing times apart by this label, for those who watch (default that of --by)",
      text,
    ),
  }),
  ...COLLECT_OPTIONS,
  ...RUN_LOG_OPTIONS,
  ...QUEUE_OPTION,
  ...PARTITIONS_OPTION,
  ...optionGroup("for the queue", {
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
  }),
  ...COMMON,
} as const;

/** Time between looks at the length of the queue, in milliseconds: for the live line, and at most for lines of the log. */
const BACKLOG_MS = { line: 1000, log: 5000 };

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
  tables: { "Policies": POLICY_TABLE, ...PROFILE_TABLE },
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    if (rest.length > 0) throw unexpected(rest);
    const log = openLog(values);
    const note: NoteTaker = (words, level, fields) => log[level](words, fields), tell = tellingTo(note);
    const policyOptions = policyOptionsOf(values), takesFiles = values["allow-policy-files"];
    const attached = values.platform;
    if (values.listen !== undefined) await checkListening(values.listen);
    const allowed = allowedUrls(values["allow-url"]), straying = strayingSecrets(values.secret, allowed);
    if (straying !== undefined) tell("option-note", straying);
    using _guard = new StrayPolicyErrors((words) => tell("policy-note", words));
    const policy = await makePolicy(values.policy, policyOptions);
    checkEffects(values, [{ text: values.policy ?? DEFAULT_POLICY, policy }]);
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
        onStart: (words) => tell("platform-started", words),
        onNote: (words) => tell("platform-note", words),
      }),
    );
    let isQueueWaiting = false;
    const queue = stack.use(
      await openQueue(values, {
        signal: context.drain,
        onNote: (words, isWaiting) => {
          isQueueWaiting = isWaiting ?? isQueueWaiting;
          tell(queueEvent(isWaiting), words);
        },
        ...(values.from === undefined ? {} : { from: values.from }),
        ...(values["original-priorities"] && { priorities: values["original-priorities"] }),
      }),
    );
    const path = values.out ?? "run.json";
    const runLog = path === "none" ? undefined : stack.use(
      await openLogOf(path, "consume", log, {
        policy: values.policy ?? DEFAULT_POLICY,
        limits: limits as JsonObject,
        scheduling: schedulingOf(values),
        platform: platform.name,
        ...await identityOf(queue),
      }, values["out-max"]),
    );
    const names = new LimitedNames(
      limitedNames([limits, limits.floors ?? {}, { functions: limits.functionRates ?? {} }], values.by),
      (words) => tell("option-note", words),
    );
    const recorder = names.watching(priced(runLog ?? noRecorder, attached));
    const traced = stack.use(await openTracer((words) => tell("trace-note", words)));
    const { limit: now } = scheduler.stats(); // before it divides the limit with others
    const consumer = new Consumer({
      queue,
      scheduler,
      platform,
      recorder,
      tracer: traced?.tracer,
      clock,
      ...thisProcess(VERSION, takesFiles),
      ...(collecting === undefined ? {} : { functionTimes: collecting.timesFor(recorder, scheduler) }),
      untilEmpty: values["until-empty"],
      metricsLabel: values["metrics-label"] ?? values.by,
      policyName: values.policy ?? DEFAULT_POLICY,
      makePolicy: (setting) => makeSetPolicy(setting, policyOptions, takesFiles),
      ...notesTo(note, clock),
      ...(values.window === undefined ? {} : { window: values.window }),
    });
    const onCallbackNote = (words: string) => tell("callback-note", words);
    const { deliverBeside, Deliverer } = await import("../../lib/callbacks/mod.ts");
    const poster = stack.use(
      await makePoster({
        ...{ allowed, secrets: values.secret, ownSecret: values["callback-secret"] },
        onNote: onCallbackNote,
      }),
    );
    const deliverer = new Deliverer({
      ...{ outbox: queue, poster, clock, random: chance, secret: values["callback-secret"] },
      onNote: onCallbackNote,
    });
    const by = values.by === undefined ? "" : ` by ${values.by}`;
    const start = now === limits.global ? "" : `, starting at ${now}`;
    const address = addressWords(queueAddress(values.queue)), policyName = values.policy ?? DEFAULT_POLICY;
    tell(
      "started",
      `Consuming ${address}: policy ${policyName}${by}, limit ${limits.global}${start}`,
      {
        ...{ queue: address, policy: policyName, ...now < Infinity && { limit: now } },
        ...{ version: VERSION, host: Deno.hostname(), pid: Deno.pid },
      },
    );
    const listening = values.listen && stack.use(
      await listenBeside({
        ...{ ...values.listen, consumer, queue, clock, random: chance, version: VERSION },
        onError: (words) => log.error(words),
      }),
    );
    if (listening !== undefined) log.info(`Showing this consumer at ${listening.url}`);
    {
      const everyMs = values.heartbeat ?? (terminal === undefined ? HEARTBEAT_MS : Infinity);
      using backlog = new Backlog(
        queue,
        clock,
        terminal === undefined ? Math.min(everyMs, BACKLOG_MS.log) : BACKLOG_MS.line,
      );
      const around = () => ({
        isEnding: context.drain.aborted,
        isQueueWaiting,
        queued: backlog.queued,
        limits: scheduler.limits,
      });
      const stats = () => consumer.stats();
      using _live = new LiveLine(clock, () => liveWords(stats(), around()));
      using _heartbeat = new Heartbeat({ clock, everyMs, stats, around, tell });
      await deliverBeside(deliverer, () => consumer.run(context.drain, context.stop), {
        ...{ clock, drain: context.drain, stop: context.stop, untilNoneIsDue: values["until-empty"] },
        failed: (error) => tell("callback-note", `Callbacks are not delivered any more: ${messageOf(error)}`),
      });
      await collecting?.lastWords(context.stop);
    }
    names.end();
    const { completed, failed, cancelled, shed, throttled, retried } = consumer.stats();
    if (values.json) {
      context.print(JSON.stringify({ completed, failed, cancelled, shed, throttled, retried }));
    }
    tell(
      "ended",
      `Completed ${grouped(completed)}, failed ${grouped(failed)}, cancelled ${grouped(cancelled)}, shed ${
        grouped(shed)
      }; ` +
        `${counted(throttled, "throttle")}, ${counted(retried, "retry", "retries")}${
          failed > 0 ? ". See sequoia queue dead" : ""
        }`,
      { completed, failed, cancelled, shed, throttled, retried },
    );
    collecting?.sum(log);
    if (runLog !== undefined) log.info(`Run log: ${runLog.path}. See sequoia report ${runLog.path}`);
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unexpected(rest: readonly string[]): UsageError {
  return new UsageError(`Unexpected argument "${rest[0]}". See --help`);
}
