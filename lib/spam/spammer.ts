import { type Clock, IdealPath, type Instance, type Json, onAbort, shapeOf } from "../model/mod.ts";
import type { Answer, Platform } from "../platform/mod.ts";
import { type ChainOutcome, type Recorder, submission } from "../record/mod.ts";

/** What a spammer is made of. */
export interface SpammerOptions {
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

/** What has become of the calls and chains so far. */
export interface SpamStats {
  readonly chains: { readonly started: number; readonly completed: number; readonly dropped: number };
  readonly calls: {
    readonly ok: number;
    readonly throttled: number;
    readonly failed: number;
    readonly running: number;
  };
}

/**
 * Load without quality of service: every chain is started at its intended time, every function triggers its successors the
 * moment it has ended, nothing is queued, limited or tried again. A chain of which a call fails or is refused is dropped:
 * what has run of it was in vain.
 */
export class Spammer {
  readonly #options: SpammerOptions;
  readonly #chains = { started: 0, completed: 0, dropped: 0 };
  readonly #calls = { ok: 0, throttled: 0, failed: 0, running: 0 };

  constructor(options: SpammerOptions) {
    this.#options = options;
  }

  stats(): SpamStats {
    return { chains: { ...this.#chains }, calls: { ...this.#calls } };
  }

  /**
   * Starts the instances of a load as they come and waits for all that was started.
   *
   * @param load batches of instances that are due
   * @param stop cuts off what is in flight
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
    const { recorder, clock } = this.#options;
    const { chain, id, submittedAtMs } = instance;
    recorder.submit(submission(instance));
    this.#chains.started++;
    const outputs: Json[] = [];
    const path = new IdealPath(chain);
    const { roots, successors, predecessorCounts } = shapeOf(chain);
    const waiting = [...predecessorCounts];
    let reason: string | undefined;
    const call = async (node: number, readyAtMs: number): Promise<void> => {
      const startMs = clock.nowMs();
      const answer = await this.#call(instance, node, readyAtMs, outputs, stop);
      const nowMs = clock.nowMs();
      path.ran(node, nowMs - startMs);
      if (answer.outcome.kind !== "ok") {
        reason ??= `node ${chain.nodes[node]!.name}: ${answer.outcome.reason}`;
        return;
      }
      outputs[node] = answer.outcome.output;
      const ready = successors[node]!.filter((next) => --waiting[next]! === 0);
      await Promise.all(ready.map((next) => call(next, nowMs)));
    };
    await Promise.all(roots.map((root) => call(root, submittedAtMs)));
    const outcome: ChainOutcome = reason === undefined ? "completed" : "dropped";
    this.#chains[outcome]++;
    const why = reason === undefined ? {} : { reason };
    recorder.end({
      chain: chain.name,
      instance: id,
      endedAtMs: clock.nowMs(),
      outcome,
      idealMs: path.idealMs,
      ...why,
    });
  }

  async #call(
    instance: Instance,
    node: number,
    readyAtMs: number,
    outputs: readonly Json[],
    stop: AbortSignal,
  ): Promise<Answer> {
    const { platform, recorder, clock } = this.#options;
    const { nodes, name } = instance.chain;
    const { fn: spec, after, name: nodeName, args } = nodes[node]!;
    const inputs = Object.fromEntries(after.map((before) => [nodes[before]!.name, outputs[before] ?? null]));
    const startedAtMs = clock.nowMs();
    this.#calls.running++;
    const answer = await platform.invoke({ spec, instance, node, attempt: 1, args, inputs }, stop)
      .finally(() => this.#calls.running--);
    this.#calls[answer.outcome.kind]++;
    recorder.attempt({
      function: spec.name,
      chain: name,
      instance: instance.id,
      node: nodeName,
      attempt: 1,
      startedAtMs,
      runMs: clock.nowMs() - startedAtMs,
      outcome: answer.outcome.kind,
      settled: true,
      status: answer.status,
      queuedMs: Math.max(0, startedAtMs - readyAtMs),
      cold: answer.cold,
      platform: answer.platform ?? platform.name,
      ...(answer.outcome.kind === "ok" ? {} : { reason: answer.outcome.reason }),
    });
    return answer;
  }
}
