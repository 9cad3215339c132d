import { type Clock, type Instance, TriggeredChain } from "../model/mod.ts";
import type { FunctionTimes } from "../collect/mod.ts";
import { type ChainCallEnd, idempotencyKey, type NativeChains } from "../platform/mod.ts";
import type { AttemptEvent, Recorder } from "../record/mod.ts";

/** The options of a run of a chain by the platform. */
export interface NativeRunOptions {
  readonly native: NativeChains;
  /** The platform's name in the run log. */
  readonly platform: string;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Called with the change in the number of calls under way. */
  readonly running: (change: number) => void;
  readonly ended: (end: NativeEnd) => void;
  /** Receives the true run times that functions report. (Default: nobody receives them) */
  readonly functionTimes?: FunctionTimes | undefined;
}

/** The end of a call. */
export interface NativeEnd {
  readonly outcome: "ok" | "throttled" | "failed";
  /** The instant at which it was meant to start: of a call that comes after another, the end of that one. */
  readonly intendedAtMs: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** The end of a chain. */
export interface NativeResult {
  /** Why it was dropped, if it was. */
  readonly lost: string | undefined;
  readonly idealMs: number;
  /** When its last call had ended. */
  readonly endedAtMs: number;
}

/**
 * Lets the platform run a chain, and records the calls that the platform tells of. It tells of ended calls only; which calls
 * are under way follows from these, as the platform goes by the same rules.
 *
 * @param signal ends the run at once: calls whose end is not known by then count as failed
 * @throws {PlatformError} if the platform cannot be used
 */
export async function runNatively(
  instance: Instance,
  options: NativeRunOptions,
  signal: AbortSignal,
): Promise<NativeResult> {
  const { native, clock, running } = options;
  const run = new TriggeredChain(instance.chain);
  const startMs = clock.nowMs();
  /** When the calls under way were made. */
  const open = new Map<number, number>();
  const begin = (nodes: readonly { readonly node: number }[], atMs: number) => {
    for (const { node } of nodes) open.set(node, atMs);
    running(nodes.length);
  };
  // A function may tell of its start before the platform has told of what came before it.
  const reports = new Map(
    instance.chain.nodes.map((_, node) => [
      node,
      options.functionTimes?.begin(idempotencyKey({ instance, node }), startMs),
    ]),
  );
  let endMs = 0;
  const onEnd = (end: ChainCallEnd) => {
    if (!open.delete(end.node)) return;
    endMs = Math.max(endMs, end.atMs + end.runMs);
    running(-1);
    const event = record(instance, startMs, end, options);
    reports.get(end.node)?.end(event, clock.nowMs());
    reports.delete(end.node);
    begin(run.end(end, end.runMs - (end.providerQueuedMs ?? 0), end.lost), end.atMs + end.runMs);
  };
  begin(run.begin(), 0);
  try {
    const missing = await native.run(instance, onEnd, signal);
    const lost = missing ?? "the local platform did not tell of it";
    for (const [node, atMs] of [...open]) {
      onEnd({ node, atMs, queuedMs: 0, runMs: clock.nowMs() - startMs - atMs, status: 0, cold: false, lost });
    }
  } finally {
    for (const report of reports.values()) report?.abandon();
    running(-open.size);
  }
  return { lost: run.lost, idealMs: run.idealMs, endedAtMs: startMs + endMs };
}

function record(
  { id, chain, submittedAtMs }: Instance,
  startMs: number,
  { node, atMs, queuedMs, runMs, providerQueuedMs, status, cold, lost }: ChainCallEnd,
  { recorder, platform, ended }: NativeRunOptions,
): AttemptEvent {
  const { name, fn, after } = chain.nodes[node]!;
  const startedAtMs = startMs + atMs;
  const intendedAtMs = after.length === 0 ? submittedAtMs : startedAtMs - queuedMs;
  const outcome = lost === undefined ? "ok" : status === 429 ? "throttled" : "failed";
  ended({ outcome, intendedAtMs, startedAtMs, endedAtMs: startedAtMs + runMs });
  const event: AttemptEvent = {
    function: fn.name,
    chain: chain.name,
    instance: id,
    node: name,
    attempt: 1,
    startedAtMs,
    runMs,
    outcome,
    settled: true,
    status,
    queuedMs: Math.max(0, startedAtMs - intendedAtMs),
    ...providerQueuedMs !== undefined && { providerQueuedMs },
    cold,
    platform,
    ...lost !== undefined && { reason: lost },
  };
  recorder.attempt(event);
  return event;
}
