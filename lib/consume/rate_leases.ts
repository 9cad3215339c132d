import { type Clock, onAbort } from "../model/mod.ts";
import { type QueueDriver, QueueError, type RateLedgers } from "../queue/mod.ts";
import type { LeaseReport, RateLease, Scheduler } from "../scheduler/mod.ts";
import type { LimitRounds } from "./limit_rounds.ts";
import { Pause } from "./pause.ts";
import { type KnownTime, visit, type Visited } from "./rate_ledger.ts";

/** A consumer holds starts that it cannot use no longer than this, in milliseconds. */
const GIVE_BACK_MS = 20;
/** Starts are told of within this part of a window, … */
const TELL_PART = 1 / 8;
/** … and all that is held at this interval at least, in milliseconds, so that it does not count as lost. */
const RENEW_MS = 400;
/** After a fault of the queue it waits for this time, in milliseconds. */
const FAULT_MS = 250;

/** The parts that leases of rates work with. */
export interface RateLeasesOptions {
  readonly queue: Pick<QueueDriver, "rateLedgers">;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Tells this consumer from all others. */
  readonly key: string;
  /** Tells which others have died. */
  readonly rounds: Pick<LimitRounds, "dead">;
  /** Whether it starts something, if it can. */
  mayStart(): boolean;
  /** Called when something may start that could not before. */
  opened(): void;
}

/** The state of a lease, as the ledger has answered it. */
interface Known {
  time: KnownTime | undefined;
  /** When the ledger was told last. */
  toldAtMs: number;
  /** Whether that has noted that this consumer lacks starts. */
  isWaiting: boolean;
  /** When it is to look again for starts that it lacks. */
  againAtMs: number;
  /** Since when it has had more than it has something to do with; Infinity: it has not. */
  excessSinceMs: number;
}

/** Leases starts of rates from the ledgers of a queue, as this consumer's work needs them. */
export class RateLeases {
  readonly #ledgers: RateLedgers;
  readonly #options: RateLeasesOptions;
  /** As many as there are rates. */
  readonly #known = new Map<RateLease, Known>();
  #dueMs = Infinity;
  #wakesAtMs = Infinity;
  readonly #pause: Pause;
  #faultUntilMs = -Infinity;
  /** Resolves when calls may look again whether they may leave. */
  #covered: PromiseWithResolvers<void> | undefined;

  /** Leases what the scheduler starts under rates from now on; undefined: the queue has no ledgers of rates. */
  static of(options: RateLeasesOptions): RateLeases | undefined {
    const { rateLedgers } = options.queue;
    return rateLedgers && new RateLeases(rateLedgers, options);
  }

  private constructor(ledgers: RateLedgers, options: RateLeasesOptions) {
    this.#ledgers = ledgers;
    this.#options = options;
    this.#pause = new Pause(options.clock);
    options.scheduler.shared.leaseRates();
  }

  /** Resolves when a call that is to leave may look again whether it may, as its grant was lost; undefined: none was. */
  sure(): Promise<void> | undefined {
    const nowMs = this.#options.clock.nowMs();
    for (const lease of this.#known.keys()) {
      if (lease.coversAtMs(nowMs) !== undefined) return (this.#covered ??= Promise.withResolvers()).promise;
    }
    return undefined;
  }

  /** Looks what the scheduler lacks now, or has no use for, once it has started all that it could. */
  look(): void {
    const { scheduler, clock, mayStart } = this.#options, nowMs = clock.nowMs();
    this.#dueMs = Infinity;
    for (const lease of scheduler.shared.leases(nowMs, mayStart())) {
      const known = this.#knownOf(lease);
      known.excessSinceMs = lease.excess > 0 ? Math.min(known.excessSinceMs, nowMs) : Infinity;
      this.#dueMs = Math.min(this.#dueMs, dueAtMs(lease, known), lease.coversAtMs(nowMs) ?? Infinity);
    }
    if (this.#dueMs < this.#wakesAtMs) this.#pause.end();
  }

  #knownOf(lease: RateLease): Known {
    let known = this.#known.get(lease);
    if (known === undefined) {
      known = {
        time: undefined,
        toldAtMs: -Infinity,
        isWaiting: false,
        againAtMs: -Infinity,
        excessSinceMs: Infinity,
      };
      this.#known.set(lease, known);
    }
    return known;
  }

  /** Goes on until `over` is aborted; then it tells of all and gives back the rest. @param drain from then on nothing starts */
  async run(drain: AbortSignal, over: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const forget = onAbort(drain, () => this.look());
    while (!over.aborted) {
      const nowMs = clock.nowMs();
      this.#wakesAtMs = Math.max(this.#dueMs, this.#faultUntilMs);
      if (this.#wakesAtMs > nowMs) await this.#pause.until(this.#wakesAtMs, over);
      else await this.#visit(nowMs);
    }
    forget();
    await this.#tell([...this.#known.keys()].filter((lease) => lease.isHeld), true);
  }

  async #visit(nowMs: number): Promise<void> {
    const due = [...this.#known].filter(([lease, known]) => dueAtMs(lease, known) <= nowMs);
    if (due.length > 0) await this.#tell(due.map(([lease]) => lease), false);
    this.#covered = void this.#covered?.resolve();
    this.#options.opened();
    this.look();
  }

  /** Tells the ledgers of some leases. A fault is left out: other work on the queue meets the same one, and reports it. */
  async #tell(leases: readonly RateLease[], isLeaving: boolean): Promise<void> {
    if (leases.length === 0) return;
    const { clock, scheduler, key, rounds: { dead } } = this.#options;
    const answers = new Map<RateLease, { readonly report: LeaseReport; readonly visited: Visited }>();
    try {
      await this.#ledgers.change(leases.map(({ name }) => name), (texts) => {
        const [nowMs, wallMs] = [clock.nowMs(), clock.wallMs()];
        return leases.map((lease, i) => {
          const report = lease.report(), known = this.#knownOf(lease).time;
          const parts = { key, pace: lease.pace, nowMs, wallMs, known, dead, isLeaving };
          const { text, visited } = visit(texts[i], { ...report, ...parts });
          answers.set(lease, { report, visited });
          return text;
        });
      });
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      this.#faultUntilMs = clock.nowMs() + FAULT_MS;
      return;
    }
    for (const [lease, { report, visited }] of answers) {
      lease.granted(report, visited.grant);
      Object.assign(this.#knownOf(lease), {
        time: visited.known,
        toldAtMs: visited.known.nowMs,
        isWaiting: visited.againAtMs < Infinity,
        againAtMs: visited.againAtMs,
        excessSinceMs: Infinity,
      });
    }
    scheduler.shared.granted(clock.nowMs());
  }
}

/** When the ledger is to be told of a lease. */
function dueAtMs(lease: RateLease, { toldAtMs, isWaiting, againAtMs, excessSinceMs }: Known): number {
  const tellMs = Math.min(RENEW_MS, lease.pace.windowMs * TELL_PART);
  return Math.min(
    lease.lacks > 0 ? (isWaiting ? againAtMs : -Infinity) : isWaiting ? toldAtMs + GIVE_BACK_MS : Infinity,
    excessSinceMs + GIVE_BACK_MS,
    lease.untoldSinceMs + tellMs,
    lease.isHeld ? toldAtMs + RENEW_MS : Infinity,
  );
}
