import type { Random } from "../model/mod.ts";
import { type Profile, successorMode } from "../provider/mod.ts";
import type { Limits, Scheduler } from "../scheduler/mod.ts";
import type { Arrival } from "./arrival.ts";
import { BaselineRun } from "./baseline_run.ts";
import { type Run, ScheduledRun, type SimulationRecorder } from "./scheduled_run.ts";
import { Timeline } from "./timeline.ts";
import { VirtualPlatform } from "./virtual_platform.ts";

/** Options of a simulation. */
export interface SimulationOptions {
  /** The instances that arrive, in the order of `takenAtMs`. */
  readonly arrivals: Iterable<Arrival>;
  /** Decides what runs next; left out: nothing does, functions trigger their successors through the provider. */
  readonly scheduler?: Scheduler;
  /** The behaviour of the provider. */
  readonly profile: Profile;
  /** Of several providers instead, by the names that the scheduler has for them. (Default: there is one) */
  readonly platforms?: ReadonlyMap<string, Profile> | undefined;
  /** For the provider's cold starts. */
  readonly random: Random;
  /** Called with the events of the run. */
  readonly recorder: SimulationRecorder;
  /** Number of items in each map, from 1. (Default: 1) */
  readonly items?: number;
  /** Time until the caller gets a refusal, in milliseconds, more than 0. (Default: 1) */
  readonly refusalMs?: number;
  /** Limits that are put in force in the course of time, in their order. (Default: those of the scheduler stay) */
  readonly limits?: Iterable<TimedLimits>;
  /** When time begins, in milliseconds since 1970. (Default: 0) */
  readonly startMs?: number;
  /** The scheduler's gauges are recorded at this interval, in milliseconds, while anything happens. (Default: never) */
  readonly counterMs?: number;
}

/** Limits that are in force from an instant on. */
export interface TimedLimits {
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly limits: Limits;
}

/**
 * A run in virtual time: the consumer's scheduler and the local platform's provider model, driven by the next event instead
 * of a clock. Its cost grows with the number of events, whatever time passes between them.
 */
export class Simulation {
  readonly #arrivals: Iterator<Arrival>;
  readonly #timeline: Timeline;
  readonly #platforms: readonly VirtualPlatform[];
  readonly #run: Run;
  readonly #recorder: SimulationRecorder;
  readonly #counterMs: number;
  #next: Arrival | undefined;
  readonly #scheduler: Scheduler | undefined;
  readonly #limits: Iterator<TimedLimits>;
  #nextLimits: TimedLimits | undefined;
  #counterAtMs: number;
  #arrived = 0;

  constructor(options: SimulationOptions) {
    const { profile, random, recorder, scheduler, items = 1, startMs = 0, counterMs = Infinity } = options;
    this.#timeline = new Timeline(startMs);
    this.#recorder = recorder;
    const opened = (profile: Profile) =>
      new VirtualPlatform(profile, random, this.#timeline, options.refusalMs);
    const platform = opened(profile);
    const named = new Map([...options.platforms ?? []].map(([name, profile]) => [name, opened(profile)]));
    this.#platforms = [platform, ...named.values()];
    this.#run = scheduler === undefined
      ? new BaselineRun(
        platform,
        this.#timeline,
        recorder,
        successorMode(profile),
        items,
      )
      : new ScheduledRun(
        scheduler,
        (name) => (name === undefined ? undefined : named.get(name)) ?? platform,
        this.#timeline,
        recorder,
        items,
      );
    this.#counterMs = counterMs;
    this.#counterAtMs = counterMs === Infinity ? Infinity : startMs;
    this.#arrivals = options.arrivals[Symbol.iterator]();
    this.#next = taken(this.#arrivals);
    this.#scheduler = scheduler;
    this.#limits = (options.limits ?? [])[Symbol.iterator]();
    this.#nextLimits = taken(this.#limits);
  }

  /** The present instant, in milliseconds since 1970. */
  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  /** Number of instances that have arrived so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /** The number of containers that the providers have made so far, also those that no call has needed. */
  get containers(): number {
    return this.#platforms.reduce((sum, { containers }) => sum + containers, 0);
  }

  /**
   * Goes on for `instants` instants at which something happens.
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
    const nextMs = Math.min(timeline.nextAtMs, arrivalAtMs, this.#run.wakeAtMs() ?? Infinity);
    if (nextMs === Infinity) return false;
    const atMs = Math.max(timeline.nowMs, Math.min(nextMs, this.#nextLimits?.atMs ?? Infinity));
    this.#count(atMs);
    timeline.passTo(atMs);
    while (timeline.nextAtMs <= atMs) timeline.step();
    while (this.#next !== undefined && this.#next.takenAtMs <= atMs) {
      this.#run.arrive(this.#next);
      this.#arrived++;
      this.#next = taken(this.#arrivals);
    }
    while (this.#nextLimits !== undefined && this.#nextLimits.atMs <= atMs) {
      this.#scheduler?.setLimits(this.#nextLimits.limits);
      this.#nextLimits = taken(this.#limits);
    }
    this.#run.pump();
    return true;
  }

  /** Records the gauges as they were until an instant, if they have not been for long enough. */
  #count(atMs: number): void {
    if (atMs < this.#counterAtMs) return;
    const { ready, running, limit, throttled } = this.#run.gauges();
    this.#recorder.counter({ atMs: this.#timeline.nowMs, ready, running, limit, throttled });
    this.#counterAtMs = atMs + this.#counterMs;
  }
}

function taken<T>(from: Iterator<T>): T | undefined {
  const { done, value } = from.next();
  return done ? undefined : value;
}
