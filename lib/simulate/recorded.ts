import { type FunctionSpec, type Instance, meanMs } from "../model/mod.ts";
import type { AttemptEvent, RunEvent, RunInfo, SubmitEvent } from "../record/mod.ts";
import type { Arrival } from "./arrival.ts";
import { SimulateError } from "./errors.ts";

/** What was recorded of a run, to be simulated. */
export interface Recording {
  /** In the order of their submission. */
  readonly arrivals: readonly Arrival[];
  /** What the run was. */
  readonly run: RunInfo;
}

/**
 * Takes arrivals and run times from a recorded run, for another policy, limit or provider to be tried on them. A node's run
 * time is that of the attempt that settled it; one that failed for good fails again. Nodes that did not run (their chain
 * had failed, or the log ends before) take the mean of what was seen of their function, or else what it declares.
 *
 * @param where the log, for messages
 * @throws {SimulateError} if the log has no instances, or does not say what they run, or they map or call chains
 */
export async function recordedArrivals(
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  where: string,
): Promise<Recording> {
  const submissions = new Map<string, SubmitEvent>();
  const nodes = new Map<string, RecordedNode>();
  const means = new Map<string, { sum: number; count: number }>();
  let run: RunInfo | undefined;
  for await (const event of events) {
    if (event.type === "run") run = event;
    if (event.type === "submit" && !submissions.has(event.instance)) submissions.set(event.instance, event);
    checkPlain(event, where);
    if (event.type === "attempt" && event.settled) noteAttempt(event, nodes, means);
  }
  if (run === undefined || submissions.size === 0) {
    throw new SimulateError(
      "no-instances",
      `Cannot simulate ${where}: no instances were submitted in that run`,
    );
  }
  const meanOf = (fn: FunctionSpec): number => {
    const seen = means.get(fn.name);
    return seen !== undefined ? seen.sum / seen.count : fn.time === undefined ? 0 : meanMs(fn.time);
  };
  const arrivals = [...submissions.values()]
    .sort((a, b) => a.submittedAtMs - b.submittedAtMs)
    .map((event) => new RecordedArrival(instanceOf(event, where), nodes, meanOf));
  return { arrivals, run };
}

/** Logs do not say which nodes map or call: what comes after these would start too early. */
function checkPlain(event: RunEvent, where: string): void {
  const isMap = event.type === "attempt" && event.item !== undefined;
  const isCalled = event.type === "submit" && event.parent !== undefined;
  if (!isMap && !isCalled) return;
  throw new SimulateError(
    "deciding-chains",
    `Cannot simulate ${where}: its chain "${event.chain}" ${
      isMap ? "has a map" : "was called by another"
    }, of which ` +
      "logs do not say enough. Simulate the workload instead, with --items N",
  );
}

/** What became of a node of an instance. */
interface RecordedNode {
  readonly runMs: number;
  readonly fails: boolean;
}

function noteAttempt(
  { instance, node, function: name, runMs, outcome }: AttemptEvent,
  nodes: Map<string, RecordedNode>,
  means: Map<string, { sum: number; count: number }>,
): void {
  if (outcome !== "ok" && outcome !== "failed") return;
  nodes.set(keyOf(instance, node), { runMs, fails: outcome === "failed" });
  if (outcome === "failed") return;
  const mean = means.get(name);
  if (mean === undefined) means.set(name, { sum: runMs, count: 1 });
  else {
    mean.sum += runMs;
    mean.count++;
  }
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

class RecordedArrival implements Arrival {
  readonly #nodes: ReadonlyMap<string, RecordedNode>;
  readonly #meanOf: (fn: FunctionSpec) => number;

  constructor(
    readonly instance: Instance,
    nodes: ReadonlyMap<string, RecordedNode>,
    meanOf: (fn: FunctionSpec) => number,
  ) {
    this.#nodes = nodes;
    this.#meanOf = meanOf;
  }

  runMs(node: number): number {
    return this.#recorded(node)?.runMs ?? this.#meanOf(this.instance.chain.nodes[node]!.fn);
  }

  fails(node: number): boolean {
    return this.#recorded(node)?.fails ?? false;
  }

  called(instance: Instance): Arrival {
    return new RecordedArrival(instance, this.#nodes, this.#meanOf);
  }

  #recorded(node: number): RecordedNode | undefined {
    return this.#nodes.get(keyOf(this.instance.id, this.instance.chain.nodes[node]!.name));
  }
}

/** Ids have no spaces. */
function keyOf(instance: string, node: string): string {
  return `${instance} ${node}`;
}
