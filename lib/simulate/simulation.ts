import type { Random } from "../model/mod.ts";
import { type Profile, successorMode } from "../platform/mod.ts";
import type { Scheduler } from "../scheduler/mod.ts";
import type { Arrival } from "./arrival.ts";
import { BaselineRun } from "./baseline_run.ts";
import { type Run, ScheduledRun, type SimulationRecorder } from "./scheduled_run.ts";
import { Timeline } from "./timeline.ts";
import { VirtualPlatform } from "./virtual_platform.ts";

/** What is simulated. */
export interface SimulationOptions {
  /** What arrives, in the order of `takenAtMs`. */
  readonly arrivals: Iterable<Arrival>;
  /** Decides what runs next; left out: nothing does, functions trigger their successors through the provider. */
  readonly scheduler?: Scheduler;
  /** How the provider behaves. */
  readonly profile: Profile;
  /** For the provider's cold starts. */
  readonly random: Random;
  /** Is told what happens. */
  readonly recorder: SimulationRecorder;
  /** How many items maps have, from 1. (Default: 1) */
  readonly items?: number;
  /** How long a refusal takes to be heard, in milliseconds, more than 0. (Default: 1) */
  readonly refusalMs?: number;
  /** When time begins, in milliseconds since 1970. (Default: 0) */
  readonly startMs?: number;
  /** The scheduler's gauges are recorded at this interval, in milliseconds, while anything happens. (Default: never) */
  readonly counterMs?: number;
}

/**
 * A run in virtual time: the consumer's scheduler and the local platform's provider model, driven by what happens next
 * instead of a clock. What it costs is the number of events, whatever time passes between them.
 */
export class Simulation {
  readonly #arrivals: Iterator<Arrival>;
  readonly #timeline: Timeline;
  readonly #run: Run;
  readonly #recorder: SimulationRecorder;
  readonly #counterMs: number;
  #next: Arrival | undefined;
  #counterAtMs: number;
  #arrived = 0;

  constructor(options: SimulationOptions) {
    const { profile, random, recorder, scheduler, items = 1, startMs = 0, counterMs = Infinity } = options;
    this.#timeline = new Timeline(startMs);
    this.#recorder = recorder;
    const platform = new VirtualPlatform(profile, random, this.#timeline, options.refusalMs);
    this.#run = scheduler === undefined
      ? new BaselineRun(
        platform,
        this.#timeline,
        recorder,
        successorMode(profile),
        items,
      )
      : new ScheduledRun(scheduler, platform, this.#timeline, recorder, items);
    this.#counterMs = counterMs;
    this.#counterAtMs = counterMs === Infinity ? Infinity : startMs;
    this.#arrivals = options.arrivals[Symbol.iterator]();
    this.#next = this.#take();
  }

  /** The present instant, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  /** How many instances have arrived so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /**
   * Goes on for so many instants at which something happens.
   *
   * @returns whether there is more to come
   * @throws {PolicyError} if the policy answers what it must not
   */
  advance(instants: number): boolean {
    for (let i = 0; i < instants; i++) if (!this.#instant()) return false;
    return true;
  }

  #instant(): boolean {
    const timeline = this.#timeline;
    const arrivalAtMs = this.#next === undefined ? Infinity : this.#next.takenAtMs;
    const atMs = Math.min(timeline.nextAtMs, arrivalAtMs, this.#run.wakeAtMs() ?? Infinity);
    if (atMs === Infinity) return false;
    this.#count(atMs);
    timeline.passTo(atMs);
    while (timeline.nextAtMs <= atMs) timeline.step();
    while (this.#next !== undefined && this.#next.takenAtMs <= atMs) {
      this.#run.arrive(this.#next);
      this.#arrived++;
      this.#next = this.#take();
    }
    this.#run.pump();
    return true;
  }

  #take(): Arrival | undefined {
    const { done, value } = this.#arrivals.next();
    return done ? undefined : value;
  }

  /** Records the gauges as they were until an instant, if they have not been for long enough. */
  #count(atMs: number): void {
    if (atMs < this.#counterAtMs) return;
    const { ready, running, limit, throttled } = this.#run.gauges();
    this.#recorder.counter({ atMs: this.#timeline.nowMs, ready, running, limit, throttled });
    this.#counterAtMs = atMs + this.#counterMs;
  }
}
