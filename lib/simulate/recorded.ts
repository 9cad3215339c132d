import {
  type Chain,
  type FunctionSpec,
  greatestDelayMs,
  type Instance,
  meanMs,
  type RetryRule,
} from "../model/mod.ts";
import type { AttemptEvent, RunEvent, RunInfo, SubmitEvent } from "../record/mod.ts";
import type { Arrival, CallCourse } from "./arrival.ts";
import { SimulateError } from "./errors.ts";
import { ChainTimes } from "./fit.ts";
import { type FittedLimit, RecordedCalls } from "./recorded_calls.ts";
import { type LimitChange, RecordedLimits } from "./recorded_limits.ts";
import { type RecordedNode, RecordedNodes, type RecordedWait } from "./recorded_nodes.ts";

/** The recording of a run, to be simulated. */
export interface Recording {
  /** In the order in which they were taken. */
  readonly arrivals: readonly Arrival[];
  /** The description of the run. */
  readonly run: RunInfo;
  /** When the first of them was submitted, in milliseconds since 1970. */
  readonly startMs: number;
  /** The limit of the provider's that shows in the calls that it refused; undefined: it refused none. */
  readonly providerLimit: FittedLimit | undefined;
  /** The limit of calls in flight in all, as it was, from its first value on; none if the log does not tell. */
  readonly limits: readonly LimitChange[];
  /** The arrivals, if each call takes `moreMs` milliseconds longer to start. */
  slower(moreMs: number): readonly Arrival[];
  /** The mean time of the chains, in milliseconds. */
  readonly chainMs: number;
  /** The parts of the run that are not in its simulation, in words. */
  readonly leftOut: readonly string[];
}

/**
 * Takes arrivals and calls from a recorded run, for another policy, limit or provider to be tried on them. A node's calls go as
 * they went, one after the other, those that failed included; refusals for capacity are the provider's, and are not repeated.
 * Nodes that did not run (their chain had failed, or the log ends before) take the mean of the recorded times of their
 * function, or else what it declares. The times until outputs were durable and until calls started are taken from the log too.
 *
 * @param where the log, for messages
 * @throws {SimulateError} if the log has no instances, or does not say what they run, or they map or call chains
 */
export async function recordedArrivals(
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  where: string,
): Promise<Recording> {
  const submissions = new Map<string, SubmitEvent>();
  const nodes = new RecordedNodes(), calls = new RecordedCalls();
  const platforms = new Set<string>(), chains = new ChainTimes();
  const limits = new RecordedLimits();
  let run: RunInfo | undefined, cancelled = 0, again = 0, settings = 0;
  for await (const event of events) {
    if (event.type === "run") run = event;
    if (event.type === "counter") limits.add(event);
    if (event.type === "submit") chains.submit(event);
    if (event.type === "end") chains.end(event);
    if (event.type === "submit" && !submissions.has(event.instance)) submissions.set(event.instance, event);
    if (event.type === "end" && event.outcome === "cancelled") cancelled++;
    if (event.type === "setting" && event.setting !== "limit") settings++;
    if (event.type !== "attempt") continue;
    nodes.add(event);
    if (platforms.size < MOST_PLATFORMS) platforms.add(event.platform);
    if ((event.generation ?? 0) > 0 && event.attempt === 1) again++;
    calls.add(event, readyAtMs(event, submissions.get(event.instance)));
  }
  if (run === undefined || submissions.size === 0) {
    throw new SimulateError(
      "no-instances",
      `Cannot simulate ${where}: no instances were submitted in that run`,
    );
  }
  const instances = [...submissions.values()].map((event) => instanceOf(event, where));
  for (const { id, chain } of instances) nodes.measure(id, chain);
  nodes.complete(calls.possibleStarts());
  const slower = (moreMs: number) => {
    const log = new RecordedTimes(nodes, moreMs);
    return instances.map((instance) => {
      const { takenMs = 0 } = submissions.get(instance.id)!;
      return new RecordedArrival(instance, instance.submittedAtMs + takenMs, log);
    }).sort((a, b) => a.takenAtMs - b.takenAtMs);
  };
  return {
    arrivals: slower(0),
    slower,
    run,
    startMs: instances.reduce((first, { submittedAtMs }) => Math.min(first, submittedAtMs), Infinity),
    providerLimit: calls.fitLimit(),
    limits: limits.changes,
    chainMs: chains.meanMs,
    leftOut: [
      ...cancelled > 0 ? [`instances were cancelled (${cancelled}); here they run to their ends`] : [],
      ...again > 0 ? [`nodes were begun again by a retry (${again}); here only their last runs count`] : [],
      ...settings > 0
        ? [
          `policies, ceilings, floors and pauses were set while it went on (${settings}); here they are those of its beginning`,
        ]
        : [],
      ...run.command === "consume"
        ? [
          "stalls of the consumer's machine are in it by what they took on average; the p99 of some hundred chains may be 10 % off",
        ]
        : [],
      ...platforms.size > 1 ? ["there were several platforms; here they are one"] : [],
    ],
  };
}

/** It is only asked whether there are several. */
const MOST_PLATFORMS = 2;

/** When an invocation might have started: what comes after nothing waits from its submission, but here only since it was taken. */
function readyAtMs({ startedAtMs, queuedMs }: AttemptEvent, submission: SubmitEvent | undefined): number {
  const sinceMs = startedAtMs - queuedMs;
  return submission === undefined
    ? sinceMs
    : Math.max(sinceMs, submission.submittedAtMs + (submission.takenMs ?? 0));
}

/** Logs do not say what nodes decided, and what they called: what comes after these would start too early, or in vain. */
function checkPlain({ name, nodes }: Chain, where: string): void {
  const deciding = nodes.find(({ when }) => when !== undefined);
  if (deciding === undefined) return;
  throw new SimulateError(
    "deciding-chains",
    `Cannot simulate ${where}: the node ${deciding.name} of its chain ${name} has a condition, a map, or calls a chain, of ` +
      "which logs do not say enough. Simulate the workload instead, with --items N",
  );
}

function instanceOf(event: SubmitEvent, where: string): Instance {
  const { definition, instance: id, submittedAtMs, labels, weight, priority = 0, deadlineMs = Infinity } =
    event;
  if (definition === undefined) {
    throw new SimulateError(
      "no-chains",
      `Cannot simulate ${where}: it does not say what its instances run, as logs of older versions. Record the run again`,
    );
  }
  checkPlain(definition, where);
  return {
    id,
    chain: definition,
    submittedAtMs,
    labels,
    weight,
    priority,
    deadlineMs: submittedAtMs + deadlineMs,
  };
}

/** The times of calls in a log. */
class RecordedTimes {
  readonly #nodes: RecordedNodes;
  readonly #moreMs: number;

  /** @param moreMs time by which each call takes longer to start, in milliseconds */
  constructor(nodes: RecordedNodes, moreMs: number) {
    this.#nodes = nodes;
    this.#moreMs = moreMs;
  }

  courseOf({ id, chain }: Instance, node: number, failures: number): CallCourse {
    const { name, fn } = chain.nodes[node]!;
    const { courses, waits, startMs } = this.#nodes.of(id, name) ?? NOTHING;
    const course = courses[failures] ?? settling(courses) ?? { runMs: this.#meanOf(fn) };
    const ownMs = failures === 0 ? startMs : undefined;
    return {
      ...course,
      ...course.fails === "this time" && { delayMs: delayMs(fn.retry, failures + 1, waits[failures]) },
      startMs: (ownMs ?? this.#nodes.usualStartMs) + this.#moreMs,
    };
  }

  #meanOf({ name, time }: FunctionSpec): number {
    return this.#nodes.meanOf(name) ?? (time === undefined ? 0 : meanMs(time));
  }

  durableMsOf({ id, chain }: Instance, node: number): number {
    return this.#nodes.of(id, chain.nodes[node]!.name)?.durableMs ?? 0;
  }
}

const NOTHING: Partial<RecordedNode> & Pick<RecordedNode, "courses" | "waits"> = { courses: [], waits: [] };

/**
 * The wait of a failed invocation for its next attempt, in milliseconds: as long as it was, but for the part beyond its delay
 * in which it waited for a place; if that is not known, the average of its retry rule.
 */
function delayMs(
  rule: RetryRule,
  failures: number,
  waited?: RecordedWait,
): number {
  const greatestMs = greatestDelayMs(rule, failures);
  if (waited !== undefined) return waited.isMost ? Math.min(waited.ms, greatestMs) : waited.ms;
  return rule.jitter === false ? greatestMs : greatestMs / 2;
}

/** The call that settled a node, if one did. */
function settling(courses: readonly CallCourse[]): CallCourse | undefined {
  const last = courses.at(-1);
  return last?.fails === "this time" ? undefined : last;
}

class RecordedArrival implements Arrival {
  readonly #log: RecordedTimes;

  constructor(readonly instance: Instance, readonly takenAtMs: number, log: RecordedTimes) {
    this.#log = log;
  }

  course(node: number, _item: number | undefined, failures: number): CallCourse {
    return this.#log.courseOf(this.instance, node, failures);
  }

  durableMs(node: number): number {
    return this.#log.durableMsOf(this.instance, node);
  }

  called(instance: Instance): Arrival {
    return new RecordedArrival(instance, this.takenAtMs, this.#log);
  }
}
