/** One run, in virtual time or recorded, and the figures of it that claims are made of. */
import {
  type AttemptEvent,
  buildRunView,
  type EndEvent,
  type Report,
  type RunEvent,
  type Series,
} from "sequoia/report";
import { simulate, type SimulateOptions } from "sequoia/simulate";

/** A run: its report, and what reports have no figure for. */
export interface Run {
  readonly report: Report;
  readonly series: Series;
  /**
   * The run times of the applications that completed, in milliseconds: from the start of their first function to their end. The
   * wait for that start is left out, also where it is at the provider. By chain.
   */
  readonly applicationMs: ReadonlyMap<string, readonly number[]>;
  /** Chains that were lost after a function of theirs had run: dropped in the middle. */
  readonly midChainDrops: number;
  /** The time for which calls of each function ran within the first minute, in milliseconds. */
  readonly firstMinuteMs: ReadonlyMap<string, number>;
}

/** A run in virtual time. */
export interface Trial extends Run {
  /** The containers that the providers made. */
  readonly containers: number;
}

/** Runs a load in virtual time. */
export async function trial(options: SimulateOptions): Promise<Trial> {
  let containers = 0;
  const run = await runOf((function* () {
    containers = (yield* simulate(options)).containers;
  })());
  return { ...run, containers };
}

/** Reads the events of a run, from its beginning. */
export async function runOf(events: Iterable<RunEvent> | AsyncIterable<RunEvent>): Promise<Run> {
  const watch = new Watch();
  const { report, series } = await buildRunView("", watch.over(events));
  const { applicationMs, midChainDrops, firstMinuteMs } = watch;
  return { report, series, applicationMs, midChainDrops, firstMinuteMs };
}

const MINUTE_MS = 60_000;

/** Looks at the events of a run as they pass. */
class Watch {
  midChainDrops = 0;
  readonly applicationMs = new Map<string, number[]>();
  readonly firstMinuteMs = new Map<string, number>();
  /** When the first function of each chain that is under way began to run, and whether one has ended well. */
  readonly #begun = new Map<string, { readonly atMs: number; hasRun: boolean }>();
  #startedAtMs = 0;

  async *over(events: Iterable<RunEvent> | AsyncIterable<RunEvent>): AsyncGenerator<RunEvent> {
    for await (const event of events) {
      if (event.type === "run") this.#startedAtMs = event.startedAtMs;
      if (event.type === "attempt" && event.outcome !== "throttled") this.#attempt(event);
      if (event.type === "end") this.#end(event);
      yield event;
    }
  }

  #attempt(
    { function: name, instance, outcome, startedAtMs, runMs, providerQueuedMs = 0 }: AttemptEvent,
  ): void {
    const atMs = startedAtMs + providerQueuedMs, isOk = outcome === "ok";
    const begun = this.#begun.get(instance);
    if (begun === undefined) this.#begun.set(instance, { atMs, hasRun: isOk });
    else if (isOk) begun.hasRun = true;
    const ms = Math.min(startedAtMs + runMs, this.#startedAtMs + MINUTE_MS) - atMs;
    if (isOk && ms > 0) this.firstMinuteMs.set(name, (this.firstMinuteMs.get(name) ?? 0) + ms);
  }

  #end({ chain, instance, outcome, endedAtMs }: EndEvent): void {
    const begun = this.#begun.get(instance);
    if (begun === undefined) return;
    this.#begun.delete(instance);
    if (outcome !== "completed") {
      if (begun.hasRun) this.midChainDrops++;
      return;
    }
    let times = this.applicationMs.get(chain);
    if (times === undefined) this.applicationMs.set(chain, times = []);
    times.push(endedAtMs - begun.atMs);
  }
}
