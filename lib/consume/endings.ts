import type { Clock } from "../model/mod.ts";
import type { WorkTally } from "../live/mod.ts";
import type { ChildEnd, Claim, Result } from "../queue/mod.ts";
import type { EndEvent, Recorder, Tracer } from "../record/mod.ts";
import type { Ending } from "../scheduler/mod.ts";
import type { CalledChains } from "./called_chains.ts";
import type { Departures } from "./departures.ts";
import type { Decisions } from "./expressions.ts";
import type { HeldInstance } from "./held_instance.ts";
import { spanOfInstance, traceOfHeld } from "./held_traces.ts";
import { completed, failedEnd, failedResult, takenBy } from "./outcomes.ts";
import type { QueueWriter } from "./queue_writer.ts";

export interface EndingParts {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly tracer: Tracer | undefined;
  readonly decisions: Decisions;
  readonly writer: QueueWriter;
  readonly departures: Departures;
  readonly chains: CalledChains;
  /** Counts the ends. (Default: nothing does) */
  readonly tally?: Pick<WorkTally, "instanceEnded"> | undefined;
}

/** Writes how instances have ended, and lets them go. */
export class Endings {
  /** The numbers of instances by the way in which they ended. */
  readonly counts = { completed: 0, failed: 0, cancelled: 0, shed: 0 };
  readonly #parts: EndingParts;

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  /** Ends an instance whose id is that of one which another has called, and which is held: one of them at most can be. */
  async setAside({ instance, number }: Claim): Promise<void> {
    const { clock, writer } = this.#parts;
    const end = failedEnd(takenBy(instance.id));
    const result = { instanceId: instance.id, claim: number, records: [], endedAtMs: clock.wallMs() };
    await writer.finish({ ...result, ...end });
  }

  /** Writes how an instance ended, and lets it go; one that leaves is released. */
  async finish(held: HeldInstance, ending: Ending): Promise<void> {
    const { clock, writer, departures, chains } = this.#parts;
    held.place?.starts(); // it waits for nothing but the queue
    if (held.leaving) return await departures.release(held);
    const end = this.#endOf(held, ending);
    const { outcome, reason, output } = end instanceof Promise ? await end : end;
    const endedAtMs = clock.nowMs();
    const ended = {
      instanceId: held.id,
      claim: held.claim,
      outcome,
      endedAtMs: clock.wallMs(),
      records: held.takeUnwritten(),
      output,
    };
    const result: Result = reason === undefined ? ended : { ...ended, reason };
    const written = !held.lost && await writer.finish(result, held) === undefined;
    if (written) this.#record(held, result, endedAtMs, ending.shed ?? false);
    departures.drop(held);
    const { caller } = held;
    if (caller === undefined) return;
    if (!written && !caller.held.lost) departures.lose(caller.held);
    await chains.returns(caller.held, caller.call, result, held.idealMs);
  }

  #endOf(held: HeldInstance, { outcome, reason }: Ending): ChildEnd | Promise<ChildEnd> {
    if (outcome === "completed" && !held.lost) {
      const result = this.#parts.decisions.resultOf(held);
      return result instanceof Promise ? result.then(completed, failedResult) : completed(result);
    }
    return { outcome, output: held.output(), ...reason !== undefined && { reason } };
  }

  #record(
    held: HeldInstance,
    { outcome: stored, reason }: Result,
    endedAtMs: number,
    shed: boolean,
  ): void {
    const outcome = shed ? "shed" : stored;
    this.counts[outcome]++;
    const { id, idealMs, instance: { chain, labels } } = held;
    const { recorder, tracer, tally } = this.#parts, { instance, submittedAtMs } = held;
    tally?.instanceEnded(chain.name, labels, outcome);
    const event: EndEvent = {
      ...{ chain: chain.name, instance: id, endedAtMs, outcome, idealMs },
      ...reason !== undefined && { reason },
      ...spanOfInstance(held, outcome, tracer),
    };
    recorder.end(event);
    tracer?.end({ instance, trace: traceOfHeld(held, tracer), submittedAtMs, event });
  }
}
