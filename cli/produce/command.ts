import type { Logger } from "@std/log";
import { formatDuration, type FunctionSpec, printJson, raw, type Workload } from "../../lib/model/mod.ts";
import { type Load, Producer } from "../../lib/produce/mod.ts";
import { addressWords, type InstanceView, type OpenQueueOptions } from "../../lib/queue/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import { type Command, COMMON, type Context } from "../shell/command.ts";
import { PARTITIONS_OPTION, QUEUE_OPTION } from "../options/queue_option.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import { CALLBACK_OPTIONS, withCallback } from "./callback_options.ts";
import { INSTANCE_OPTIONS, withInstances } from "./instance_options.ts";
import { LATE_OPTION, lateBoundOf, lateness } from "../options/late_option.ts";
import { LOAD_OPTIONS, loadOf } from "../options/load_options.ts";
import { openLog } from "../shell/log.ts";
import { dueWords, URGENCY_OPTIONS, warnOfPast, withUrgency } from "./urgency_options.ts";
import { SubmittedIds } from "./submitted_ids.ts";
import { TRACE_OPTION, withTrace } from "./trace_option.ts";
import { choice, flag, one, readOptions, text } from "../shell/options.ts";
import { LiveBar, LiveLine } from "../shell/progress.ts";
import { chance, clock, identityOf, openLogOf, openQueue, queueAddress, queueNotes } from "../assembly.ts";
import { workloadOf } from "../modules/workload_file.ts";

const options = {
  ...LOAD_OPTIONS,
  ...INSTANCE_OPTIONS,
  ...URGENCY_OPTIONS,
  ...CALLBACK_OPTIONS,
  ...TRACE_OPTION,
  ...LATE_OPTION,
  ...QUEUE_OPTION,
  ...PARTITIONS_OPTION,
  wait: flag("wait until what was submitted has ended; fails if any of it failed"),
  wire: one(
    "FORMAT",
    "original: only chains that the original's messages can say, to Kafka in these (default sequoia)",
    choice("sequoia", "original"),
  ),
  ids: one("FILE", "write the ids of what was submitted, one a line", text),
  out: one("FILE", "write a run log", text),
  ...COMMON,
} as const;

/** `sequoia produce` */
export const command: Command = {
  usage: "WORKLOAD… | --trace FILE [options]",
  examples: [
    ["sequoia produce workloads/fan7.ts --poisson 5", "five chains a second, until ^C"],
    ["sequoia produce workloads/linear.ts --burst 100 --wait", "a hundred at once; wait for their ends"],
    ["sequoia produce workloads/join.ts --every 10s --burst 20 --for 5m", "twenty every ten seconds"],
    ["sequoia produce workloads/linear.ts --in 10m", "one that starts in ten minutes"],
    [
      "sequoia produce workloads/join.ts --id order-17 --arg total=3 --wait",
      "once, however often it is asked",
    ],
    [
      "sequoia produce workloads/fan7.ts --poisson 5 --queue kafka://127.0.0.1:9092 --partitions 12",
      "for consumers on many machines",
    ],
    [
      "sequoia produce --trace invocations_per_function_md.anon.d01.csv --sample 0.01 --hours 9..10 --speed 10",
      "an hour of a public trace in six minutes, one in a hundred apps",
    ],
  ],
  options,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    if (rest.length === 0 && values.trace.length === 0) {
      throw new UsageError("produce: name a workload, for example workloads/fan7.ts, or a --trace");
    }
    const log = openLog(values);
    const given = await loadOf(await workloadOf(rest, values.chain), values, {
      onNote: (words) => log.info(words),
    });
    const load = withTrace(
      withCallback(withUrgency(await withInstances(given, values), values), values),
      values,
      log,
    );
    warnOfPast(values, clock.wallMs(), log);
    const wire = values.wire === "original" ? await originalWire(load.workload, load, log) : {};
    await using stack = new AsyncDisposableStack();
    const queue = stack.use(
      await openQueue(values, { ...wire, signal: context.drain, onNote: queueNotes(log) }),
    );
    const recorder = values.out === undefined ? noRecorder : stack.use(
      await openLogOf(values.out, "produce", log, { seed: load.seed, ...await identityOf(queue) }),
    );
    const submittedIds = stack.use(new SubmittedIds(values.ids));
    const onDurable = (ids: readonly string[]) => submittedIds.add(ids);
    const bound = lateBoundOf(values, load);
    const producer = new Producer({
      queue,
      recorder,
      clock,
      ids: chance,
      onDurable,
      ...bound !== undefined && { lateBound: bound },
    });
    const where = addressWords(queueAddress(values.queue));
    const ids = await submit(producer, load, context, values.wait).catch((error) => {
      const { submitted } = producer.stats();
      if (submitted > 0) log.info(`Submitted ${submitted} to ${where} before the error`);
      throw error;
    });
    const { submitted, existing, pace } = producer.stats();
    const known = existing ? `; ${existing} ${existing === 1 ? "was" : "were"} there already` : "";
    const many = submitted > 1;
    const late = many ? `, at most ${formatDuration(pace.latestMs)} late` : "";
    const seed = many || load.workload.chains.length > 1 ? ` (seed ${load.seed})` : ""; // of one, it chose the chain
    log.info(`Submitted ${submitted} to ${where}${late}${dueWords(load)}${seed}${known}`);
    const behind = lateness({ pace, bound, what: "instances were submitted" }, log);
    if (existing === undefined && load.idOf !== undefined) log.info(UNCHECKED);
    if (!values.json) { for (const line of submittedIds.lines()) context.print(line); }
    if (values.wait && (await queue.consumers(true)).length === 0) log.info(NOBODY_CONSUMES);
    const results: EndedInstance[] = [];
    const onEnd = values.json ? (view: InstanceView) => results.push(endOf(view)) : () => {};
    const ended = values.wait ? await waitFor(producer, ids, context, onEnd) : undefined;
    if (values.json) {
      context.printEscaped(
        printJson({
          submitted,
          existing,
          ids: submittedIds.ends,
          seed: load.seed,
          latestMs: pace.latestMs,
          pace,
          ...(ended ? { ended, results } : {}),
        }),
      );
    }
    if (ended !== undefined) {
      log.info(`Completed ${ended.completed}, failed ${ended.failed}, cancelled ${ended.cancelled}`);
      if (ended.failed > 0) {
        if (behind !== undefined) log.warn(behind.message);
        const all = ended.completed + ended.failed + ended.cancelled;
        throw new FailedError(`${ended.failed} of ${all} failed. See sequoia queue dead`);
      }
    }
    if (behind !== undefined) throw behind;
  },
};

const NOBODY_CONSUMES = "No consumer runs now: what is queued waits for one. Start it: sequoia consume";

const UNCHECKED =
  "Kafka does not say whether an id is known: consumers pass over what is, and set aside what differs " +
  "from it (see sequoia queue dead)";

/**
 * Looks whether the original's messages can say what is to be submitted, warns of what they drop, and says how the queue is to
 * write them.
 *
 * @throws {WireError} `not-original`
 */
async function originalWire(
  { chains }: Workload,
  { args }: Load,
  log: Logger,
): Promise<Pick<OpenQueueOptions, "wire" | "urlOf">> {
  const [{ checkOriginalInstance }, { LOCAL_ADDRESS, localUrl }] = await Promise.all([
    import("../../lib/wire/mod.ts"),
    import("../../lib/platform/mod.ts"),
  ]);
  const urlOf = (fn: FunctionSpec) => fn.url ?? localUrl(`http://${LOCAL_ADDRESS}`, fn.name);
  const left = new Set(chains.flatMap(({ chain }) => {
    return checkOriginalInstance({ chain, ...(args === undefined ? {} : { args }) }, urlOf);
  }));
  if (left.size > 0) log.warn(`The original's messages do not carry ${[...left].join(", ")}`);
  return { wire: "original", urlOf };
}

async function submit(producer: Producer, load: Load, context: Context, keepIds: boolean): Promise<string[]> {
  const words = () => {
    const { submitted, pending } = producer.stats();
    return `submitted ${submitted}, on their way ${pending}`;
  };
  using stack = new DisposableStack();
  const { count } = load.bounds;
  if (count === undefined) stack.use(new LiveLine(clock, words));
  else stack.use(new LiveBar(clock, count, () => ({ done: producer.stats().submitted, words: words() })));
  return await producer.run(load, context.drain, keepIds);
}

/** The end of an instance, as `--wait --json` shows it. */
type EndedInstance = ReturnType<typeof endOf>;

function endOf({ instance: { id, chain }, state, reason, output }: InstanceView) {
  return { id, chain: chain.name, state, reason, output: raw(output) };
}

async function waitFor(
  producer: Producer,
  submitted: readonly string[],
  context: Context,
  onEnd: (view: InstanceView) => void,
) {
  const ids = [...new Set(submitted)]; // the same id is one instance
  const ended = { completed: 0, failed: 0, cancelled: 0 };
  using _live = new LiveBar(clock, ids.length, () => {
    const done = ended.completed + ended.failed + ended.cancelled;
    return { done, words: `ended ${done} of ${ids.length}` };
  });
  const signal = context.drain.aborted ? context.stop : context.drain;
  for await (const view of producer.wait(ids, signal)) {
    ended[view.state as keyof typeof ended]++;
    onEnd(view);
  }
  return ended;
}
