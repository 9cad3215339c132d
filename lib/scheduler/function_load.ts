import type { FunctionSpec } from "../model/mod.ts";
import type { FunctionStats } from "../policies/mod.ts";
import type { RetryBudget } from "./retry_budget.ts";

/** Rates are taken over this number of arrivals, as the original's `fairShareOnFunctions…Arrival` policies do. */
const ARRIVALS = 30;
/** Arrivals at one instant count as spread over this, in milliseconds. */
const LEAST_SPAN_MS = 1;

/** The demand for one function. */
export class FunctionLoad implements FunctionStats {
  unsettled = 0;
  /** Attempts where its URL says that went well, and that no budget counts: there was none yet. */
  successes = 0;
  /** The budget of its retries there, once one has failed; … */
  budget: RetryBudget | undefined;
  /** … and by whom that was made. */
  budgetOf: unknown;
  /** The instants of the last arrivals, a ring; the next goes where the oldest is. */
  readonly #arrivedAtMs = new Float64Array(ARRIVALS);
  #arrivals = 0;
  #next = 0;

  constructor(readonly spec: FunctionSpec) {}

  get name(): string {
    return this.spec.name;
  }

  arrive(nowMs: number): void {
    this.unsettled++;
    this.#arrivedAtMs[this.#next++] = nowMs;
    if (this.#next === ARRIVALS) this.#next = 0;
    if (this.#arrivals < ARRIVALS) this.#arrivals++;
  }

  /** Falls as time passes without an arrival, as the span grows. */
  arrivalsPerS(nowMs: number): number {
    const count = this.#arrivals;
    if (count === 0) return 0;
    const oldestMs = this.#arrivedAtMs[count === ARRIVALS ? this.#next : 0]!;
    return count * 1000 / Math.max(LEAST_SPAN_MS, nowMs - oldestMs);
  }
}

/** Functions without work are kept up to this many: their history counts when they come back. */
const LEAST_FUNCTIONS = 10_000;

/** The loads of functions that are asked for. */
export class FunctionLoads {
  readonly byName: Map<string, FunctionLoad> = new Map();
  /** Number of times that functions were forgotten: loads that were found before the last one may not be in use any more. */
  generation = 0;
  #allowed = LEAST_FUNCTIONS;

  of(spec: FunctionSpec): FunctionLoad {
    let load = this.byName.get(spec.name);
    if (load === undefined) this.byName.set(spec.name, load = new FunctionLoad(spec));
    return load;
  }

  /** The expected run times of all that has not settled, together, in milliseconds. */
  expectedMs(times: { expectedMs(spec: FunctionSpec): number }): number {
    let sumMs = 0;
    for (const { spec, unsettled } of this.byName.values()) {
      if (unsettled > 0) sumMs += unsettled * times.expectedMs(spec);
    }
    return sumMs;
  }

  /**
   * Forgets the functions without work, once they may be the majority: each of them costs one visit.
   *
   * @returns whether it has
   */
  forgetIdle(): boolean {
    if (this.byName.size < this.#allowed) return false;
    for (const [name, { unsettled }] of this.byName) if (unsettled === 0) this.byName.delete(name);
    this.#allowed = LEAST_FUNCTIONS + 2 * this.byName.size;
    this.generation++;
    return true;
  }
}
