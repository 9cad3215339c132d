import type { Clock } from "../model/mod.ts";
import { BEAT_MS, type ConsumerRecord, type ConsumerView } from "../queue/mod.ts";
import type { Limits, LimitShare, LimitUse, Scheduler } from "../scheduler/mod.ts";
import { Division, type Peer } from "./division.ts";
import type { Processes } from "./processes.ts";

/** The interval at which a consumer writes its quota, and the time after a beat in which it may start something; milliseconds. */
const ALONE = { beatMs: BEAT_MS, sureMs: 1750 };
/** The same while there are others: they are to notice within two seconds that it has died. */
const SHARED = { beatMs: BEAT_MS / 2, sureMs: 1250 };
/** Others take the part of a consumer when it has not been sure of it for this time, in milliseconds. */
const MARGIN_MS = 250;
/** A consumer looks at the records of the others at this interval, in milliseconds: while it is alone, … */
const LOOK_ALONE_MS = 500;
/** … while there are others, … */
const LOOK_MS = 250;
/** … and while it waits for them to give up what is meant for it, or has to give up what is in use, … */
const LOOK_OWED_MS = 50;
/** … or for its turn to end, at least, … */
const LEAST_PAUSE_MS = 5;
/** … if something has changed within this time. */
const MOVING_MS = 1000;

/** A beat with the quota that a consumer keeps. */
export interface Beat {
  /** When it began. */
  readonly atMs: number;
  /** The consumer may start something for this time after that, in milliseconds, by its record. */
  readonly sureMs: number;
}

/** Before the first beat. */
export const NO_BEAT: Beat = { atMs: -Infinity, sureMs: 0 };

/** The parts that limits are divided with. */
export interface LimitRoundsOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Tells this consumer from all others. */
  readonly key: string;
  /** The limits of all consumers together. */
  limits(): Limits;
  /** The name of its machine. */
  readonly host: string;
  /** Tells which of the others have died; undefined: that shows only by their silence. */
  readonly processes?: Processes | undefined;
}

/**
 * Divides the limits of a queue among its consumers, by what they write of themselves: drives a {@linkcode Division}, and lets
 * nothing start while it is not sure that the others still count with this consumer, as after a pause of its process.
 */
export class LimitRounds {
  readonly #options: LimitRoundsOptions;
  readonly #division: Division;
  /** Whether it has looked at what the others have. */
  hasLooked = false;
  /** The keys of those that have died, as far as the system tells, at the last look. */
  dead: ReadonlySet<string> = new Set();
  /** Whether something was decided that has not been written and looked at. */
  #isNews = false;
  /** The quotas of the others at the last look, as JSON, and the time when these or its own changed last. */
  #read = "[]";
  #changedAtMs = -Infinity;
  /** Whether others may have taken its part while it was not sure of it, and have not yet made room for what it had. */
  #isLate = false;
  /** Resolves when something may start that may not now. */
  #sure: PromiseWithResolvers<void> | undefined;
  /** The beat that was written last, and before which instant something may start. */
  #beat: Beat = NO_BEAT;
  #sureUntilMs = -Infinity;

  constructor(options: LimitRoundsOptions) {
    this.#options = options;
    this.#division = new Division(options.key);
    this.#apply();
  }

  /** Whether something may start: the others still count with this consumer for sure. */
  get mayStart(): boolean {
    return this.#options.clock.nowMs() < this.#sureUntilMs;
  }

  /** Resolves when a call may leave that was to start, maybe before a pause of the process; undefined: now. */
  sure(): Promise<void> | undefined {
    if (this.mayStart && !this.#isLate) return undefined;
    return (this.#sure ??= Promise.withResolvers()).promise;
  }

  /** This consumer's part of the limits; undefined: all of them. */
  get part(): LimitShare | undefined {
    const { part } = this.#division;
    return part.to - part.from === 1 ? undefined : part;
  }

  /** The fields of its record that the others need. */
  get words(): Pick<ConsumerRecord, "quota" | "processSpace"> {
    const { processes } = this.#options;
    return {
      quota: { ...this.#division.quota, sureMs: this.#pace.sureMs, capacity: this.capacity },
      ...processes !== undefined && { processSpace: processes.space },
    };
  }

  /** Most attempts that it has in flight, or could have with its part of the global limit. */
  get capacity(): number {
    const { scheduler, limits } = this.#options, { limit } = scheduler.stats(), { global } = limits();
    if (typeof global !== "number" || !this.#division.isShared) return limit;
    const { from, to } = this.#division.part;
    return Math.max(limit, scheduler.shared.limitWithin(Math.ceil(global * (to - from))));
  }

  get #pace(): typeof ALONE {
    return this.#division.isShared ? SHARED : ALONE;
  }

  /** Decides what to keep from now on; what is to be less is less at once. @returns whether that is to be written now */
  plan(isLeaving: boolean): boolean {
    const { clock, scheduler } = this.#options;
    if (!this.hasLooked) return false; // what it takes from whom is not known yet
    const uses = this.#division.isShared || isLeaving ? scheduler.shared.uses(clock.nowMs()) : NO_USES;
    this.#isNews = this.#division.plan(uses, clock.nowMs(), clock.wallMs(), isLeaving);
    if (this.#isNews) this.#apply();
    return this.#isNews || clock.nowMs() >= this.#beat.atMs + this.#pace.beatMs;
  }

  /** The beat that is about to be written. */
  get beat(): Beat {
    return { atMs: this.#options.clock.nowMs(), sureMs: this.#pace.sureMs };
  }

  /**
   * Takes in what the others have written, after a beat with the quota was.
   *
   * @param beat the latest one that was written
   * @returns whether something may start that could not before
   */
  look(all: readonly ConsumerView[], beat: Beat): boolean {
    const { clock, scheduler } = this.#options, wasSure = this.mayStart;
    this.dead = new Set(all.flatMap((view) => view.quota && this.#hasDied(view) ? [view.quota.key] : []));
    const peers = all.flatMap((view) => this.#peerOf(view)), read = JSON.stringify(peers);
    const hasChanged = this.#isNews || read !== this.#read;
    this.#isLate ||= this.hasLooked && !wasSure;
    this.#read = read;
    this.#division.look(peers);
    this.#isNews = false;
    this.hasLooked = true;
    this.#beat = beat;
    this.#sureUntilMs = beat.atMs + beat.sureMs; // what the others have read, whatever pace it goes on at
    this.#isLate &&= !this.#division.leavesRoomFor(scheduler.shared.uses(clock.nowMs()));
    if (this.mayStart && !this.#isLate) this.#sure = void this.#sure?.resolve();
    if (hasChanged) {
      this.#changedAtMs = clock.nowMs();
      this.#apply();
    }
    return hasChanged || this.mayStart !== wasSure;
  }

  /** The quota of another consumer, as long as that may start something; otherwise nothing. */
  #peerOf(view: ConsumerView): Peer[] {
    const { quota, part = { from: 0, to: 1 }, beatAgoMs } = view;
    if (quota === undefined || quota.key === this.#options.key) return [];
    if (beatAgoMs >= quota.sureMs + MARGIN_MS || this.dead.has(quota.key)) return [];
    const { capacity: _, sureMs: _ms, ...of } = quota;
    return [{ part, quota: of }];
  }

  #hasDied({ host, pid, processSpace }: ConsumerView): boolean {
    const { host: here, processes } = this.#options;
    return host === here && processSpace !== undefined && processSpace === processes?.space &&
      processes.isGone(pid);
  }

  /** The time until the next round, in milliseconds. */
  get pauseMs(): number {
    if (this.#beat === NO_BEAT) return 0;
    if (!this.#division.isShared) return LOOK_ALONE_MS;
    const { clock } = this.#options, nowMs = clock.nowMs();
    const isMoving = nowMs < this.#changedAtMs + MOVING_MS;
    const dueInMs = Math.max(LEAST_PAUSE_MS, this.#division.dueInMs(clock.wallMs()));
    return Math.min(
      dueInMs,
      isMoving && (this.#division.isOwed || this.#division.isOwing) ? LOOK_OWED_MS : LOOK_MS,
    );
  }

  #apply(): void {
    const { scheduler, clock } = this.#options;
    scheduler.shared.setPart(this.#division.inForce, clock.nowMs());
  }
}

const NO_USES: readonly LimitUse[] = [];

/** A key that no other consumer has; of later ones it comes later, so that parts move little when one joins. */
export function keyOf(clock: Clock): string {
  return `${Math.floor(clock.wallMs()).toString(36)}-${crypto.randomUUID()}`;
}
