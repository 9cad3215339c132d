import {
  argsText,
  type Calling,
  type Clock,
  type Instance,
  type JsonText,
  type LateBound,
  type MadeOutcome,
  NULL,
  onAbort,
  type Pace,
  PaceKeeper,
  TriggeredChain,
} from "../model/mod.ts";
import type { FunctionTimes } from "../collect/mod.ts";
import { type Answer, idempotencyKey, type Platform } from "../platform/mod.ts";
import { type AttemptEvent, type ChainOutcome, type Recorder, submission } from "../record/mod.ts";
import { type Batch, type LoadFigures, Measures, type RecentFigures } from "./measures.ts";
import type { Until } from "./until.ts";
import { type NativeEnd, type NativeResult, runNatively } from "./native_run.ts";

/** The platform, the recorder and the bounds of a spammer. */
export interface SpammerOptions {
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /**
   * Most calls in flight. One more is not made but fails at once, so that a platform that does not answer cannot take all
   * memory and all sockets. (Default: 10,000)
   */
  readonly maxInFlight?: number;
  /** The lateness of chains' starts that counts. (Default: a second) */
  readonly lateBound?: LateBound;
  /** Looks whether the load is to end. (Default: it goes on) */
  readonly until?: Until;
  /** Receives the true run times that functions report. (Default: nobody receives them) */
  readonly functionTimes?: FunctionTimes;
}

/** (Default of {@linkcode SpammerOptions.maxInFlight}) */
export const MAX_IN_FLIGHT = 10_000;

/** The counts of calls and chains so far. */
export interface SpamStats {
  readonly chains: { readonly started: number; readonly completed: number; readonly dropped: number };
  readonly calls: {
    readonly ok: number;
    readonly throttled: number;
    readonly failed: number;
    readonly running: number;
    /** Of those that failed: not made, as too many were in flight. */
    readonly unsent: number;
  };
}

/**
 * Load without quality of service: every chain is started at its intended time, every function triggers its successors the
 * moment it has ended, nothing is queued, limited or tried again. Chains that the platform can run by itself are left to it; of
 * others, the next functions are called from here. A chain with a call that fails or is refused is dropped: its calls until
 * then ran in vain. Nothing waits for answers: a platform that slows down does not slow the load down, and latency counts from
 * the intended start.
 */
export class Spammer {
  readonly #options: SpammerOptions;
  readonly #chains = { started: 0, completed: 0, dropped: 0 };
  readonly #calls = { ok: 0, throttled: 0, failed: 0, running: 0, unsent: 0 };
  readonly #measures = new Measures();
  readonly #pace: PaceKeeper;
  #firstFailure: string | undefined;

  constructor(options: SpammerOptions) {
    this.#options = options;
    this.#pace = new PaceKeeper(options.lateBound);
  }

  stats(): SpamStats {
    return { chains: { ...this.#chains }, calls: { ...this.#calls } };
  }

  /** Why the first call failed that did, and was made from here; undefined: none has. */
  get firstFailure(): string | undefined {
    return this.#firstFailure;
  }

  /** The figures up to now. */
  figures(): LoadFigures {
    return this.#measures.figures();
  }

  /** The figures of the times from the intended starts of chains to their starts. */
  pace(): Pace {
    return this.#pace.pace();
  }

  /** The figures of the last seconds. */
  recent(): RecentFigures {
    return this.#measures.recent(this.#options.clock.nowMs());
  }

  /**
   * Starts the instances of a load as they come and waits for all calls that were started.
   *
   * @param load batches of instances that are due
   * @param stop cuts off the calls in flight
   * @throws {PlatformError} if the platform cannot be used
   */
  async run(load: AsyncIterable<readonly Instance[]>, stop: AbortSignal): Promise<void> {
    const open = new Set<Promise<void>>();
    const failing = new AbortController();
    const cut = AbortSignal.any([stop, failing.signal]);
    const start = async () => {
      for await (const batch of load) {
        if (cut.aborted) return;
        for (const instance of batch) {
          const chain = this.#chain(instance, cut)
            .catch((error) => failing.abort(error))
            .finally(() => open.delete(chain));
          open.add(chain);
        }
      }
    };
    // The load may sleep for long: what ends the run does not wait for it.
    await Promise.race([start(), new Promise<void>((resolve) => onAbort(cut, resolve))]);
    await Promise.all(open);
    failing.signal.throwIfAborted();
  }

  async #chain(instance: Instance, stop: AbortSignal): Promise<void> {
    const { recorder, clock, until } = this.#options;
    const { chain, submittedAtMs } = instance;
    recorder.submit(submission(instance));
    until?.start(submittedAtMs, clock.nowMs());
    this.#chains.started++;
    const { platform: { native, name }, maxInFlight = MAX_IN_FLIGHT } = this.#options;
    const isStarted = this.#calls.running < maxInFlight;
    if (isStarted) this.#pace.add(submittedAtMs, clock.nowMs());
    else this.#pace.miss(submittedAtMs);
    if (native?.takes(chain) && isStarted) {
      const result = await runNatively(instance, {
        native,
        platform: name,
        recorder,
        clock,
        running: (change) => this.#calls.running += change,
        ended: (end) => this.#endedNatively(submittedAtMs, end),
        functionTimes: this.#options.functionTimes,
      }, stop);
      return this.#end(instance, result);
    }
    const outputs: JsonText[] = [];
    const run = new TriggeredChain(chain);
    const call = async ({ node }: Calling, readyAtMs: number, batch?: Batch): Promise<void> => {
      const startMs = clock.nowMs();
      const { outcome } = await this.#call(instance, node, readyAtMs, outputs, stop, batch);
      const nowMs = clock.nowMs();
      if (outcome.kind === "ok") outputs[node] = outcome.output;
      const due = run.end({ node }, nowMs - startMs, outcome.kind === "ok" ? undefined : outcome.reason);
      await Promise.all(due.map((next) => call(next, nowMs)));
    };
    const roots = run.begin();
    const batch = this.#measures.join(submittedAtMs, roots.length);
    await Promise.all(roots.map((root) => call(root, submittedAtMs, batch)));
    this.#end(instance, { lost: run.lost, idealMs: run.idealMs, endedAtMs: clock.nowMs() });
  }

  /** Counts a call that the platform has made; such a call is known only once it has ended. */
  #endedNatively(chainAtMs: number, { outcome, ...times }: NativeEnd): void {
    const latencyMs = times.endedAtMs - times.intendedAtMs;
    this.#options.until?.call({ chainAtMs, latencyMs, outcome }, false);
    this.#calls[outcome]++;
    this.#measures.observe({ ...times, isOk: outcome === "ok" });
  }

  #end({ id, chain, submittedAtMs }: Instance, { lost, idealMs, endedAtMs }: NativeResult): void {
    const { recorder, clock, until } = this.#options;
    until?.end(submittedAtMs, clock.nowMs());
    const outcome: ChainOutcome = lost === undefined ? "completed" : "dropped";
    this.#chains[outcome]++;
    recorder.end({
      chain: chain.name,
      instance: id,
      endedAtMs,
      outcome,
      idealMs,
      ...(lost === undefined ? {} : { reason: lost }),
    });
  }

  async #call(
    instance: Instance,
    node: number,
    readyAtMs: number,
    outputs: readonly JsonText[],
    stop: AbortSignal,
    batch?: Batch,
  ): Promise<MadeAnswer> {
    const { platform, recorder, clock, functionTimes, until, maxInFlight = MAX_IN_FLIGHT } = this.#options;
    const { nodes, name } = instance.chain;
    const { fn: spec, after, name: nodeName } = nodes[node]!;
    const args = argsText(nodes[node]!);
    const inputs = Object.fromEntries(after.map((before) => [nodes[before]!.name, outputs[before] ?? NULL]));
    const startedAtMs = clock.nowMs(), isFirst = batch !== undefined, chainAtMs = instance.submittedAtMs;
    this.#measures.start(startedAtMs);
    if (isFirst) until?.wait(chainAtMs);
    const isSent = this.#calls.running < maxInFlight;
    if (isSent) this.#calls.running++;
    else this.#calls.unsent++;
    const attempt = isSent
      ? functionTimes?.begin(idempotencyKey({ instance, node }), startedAtMs)
      : undefined;
    const answer = isSent
      ? made(
        await platform.invoke({ spec, instance, node, attempt: 1, args, inputs }, stop)
          .finally(() => this.#calls.running--),
      )
      : unsent(maxInFlight);
    const endedAtMs = clock.nowMs();
    this.#calls[answer.outcome.kind]++;
    until?.call({ chainAtMs, latencyMs: endedAtMs - readyAtMs, outcome: answer.outcome.kind }, isFirst);
    if (isSent && answer.outcome.kind === "failed") this.#firstFailure ??= answer.outcome.reason;
    this.#measures.end({
      intendedAtMs: readyAtMs,
      startedAtMs,
      sentAtMs: answer.sentAtMs,
      endedAtMs,
      isOk: answer.outcome.kind === "ok",
    }, batch);
    const event: AttemptEvent = {
      function: spec.name,
      chain: name,
      instance: instance.id,
      node: nodeName,
      attempt: 1,
      startedAtMs,
      runMs: endedAtMs - startedAtMs,
      outcome: answer.outcome.kind,
      settled: true,
      status: answer.status,
      queuedMs: Math.max(0, startedAtMs - readyAtMs),
      cold: answer.cold,
      platform: answer.platform ?? platform.name,
      ...(answer.outcome.kind === "ok" ? {} : { reason: answer.outcome.reason }),
    };
    recorder.attempt(event);
    attempt?.end(event, endedAtMs);
    return answer;
  }
}

/** An answer of an attempt that counts. */
type MadeAnswer = Answer & { readonly outcome: MadeOutcome };

/** Nothing waits here: a call of a function that nobody serves has failed. */
function made(answer: Answer): MadeAnswer {
  const { outcome } = answer;
  if (outcome.kind !== "unserved") return { ...answer, outcome };
  return { ...answer, outcome: { kind: "failed", reason: outcome.reason, retryable: true } };
}

function unsent(maxInFlight: number): MadeAnswer {
  const reason = `not sent: ${maxInFlight} calls were in flight`;
  return { outcome: { kind: "failed", reason, retryable: true }, status: 0, cold: false };
}
