/** Groups that always have something waiting, in virtual time: who gets how much of the slots. */
import {
  chain,
  constant,
  fn,
  type Instance,
  type Outcome,
  type Random,
  seededRandom,
} from "../../lib/model/mod.ts";
import { policyOf } from "../../lib/policies/mod.ts";
import { type Invocation, Scheduler, type SchedulerOptions } from "../../lib/scheduler/mod.ts";
import { instanceOf, OK } from "./builders.ts";

/** A chain of one function. */
export interface Contender {
  readonly name: string;
  /** The time of its calls, in milliseconds; the mean if they are drawn. */
  readonly ms: number;
  readonly weight?: number;
  readonly labels?: Instance["labels"];
  /** Draws the time of one call. (Default: all take the same time) */
  readonly drawMs?: (random: Random, atMs: number) => number;
  /** Whether its calls' time is declared, or which one, in milliseconds. (Default: it is not) */
  readonly declared?: boolean | number;
  /** Draws the outcome of one call. (Default: ok) */
  readonly outcome?: (random: Random, atMs: number) => Outcome;
  /** Whether something of it is to wait now. (Default: always) */
  readonly wants?: (nowMs: number) => boolean;
}

interface Flight {
  readonly task: Invocation;
  readonly of: number;
  readonly startedAtMs: number;
  readonly endsAtMs: number;
}

type Setup = Partial<SchedulerOptions> & { readonly limit: number; readonly seed?: number };

/** A scheduler, a clock, and slots that take as long as the contenders say. */
export class Contention {
  readonly scheduler: Scheduler;
  nowMs = 0;
  readonly #contenders: readonly Contender[];
  readonly #chains: readonly Instance["chain"][];
  readonly #random: Random;
  readonly #flights: Flight[] = [];
  readonly #queued: number[];
  readonly #depth: number;
  #submitted = 0;
  /** The slot time that has been held, by contender. */
  readonly #heldMs: number[];
  readonly #starts: number[];

  constructor(contenders: readonly Contender[], { limit, seed = 17, ...options }: Setup) {
    this.#contenders = contenders;
    this.#random = seededRandom(seed);
    this.#chains = contenders.map(({ name, ms, declared = false }) =>
      chain(name, ({ call }) => {
        const time = constant(typeof declared === "number" ? declared : ms);
        call(fn(name, declared === false ? {} : { time }));
      })
    );
    this.scheduler = new Scheduler({
      policy: policyOf("fair-share"),
      random: seededRandom(1),
      ...options,
      limits: { global: limit, fixed: true, ...options.limits },
    });
    this.#depth = limit + 1;
    this.#queued = contenders.map(() => 0);
    this.#heldMs = contenders.map(() => 0);
    this.#starts = contenders.map(() => 0);
  }

  /** Lets time pass; then tells what each contender held of the slots during it, in milliseconds, and how often it started. */
  runFor(forMs: number): { readonly heldMs: readonly number[]; readonly starts: readonly number[] } {
    const untilMs = this.nowMs + forMs;
    const held = this.#held(), starts = [...this.#starts];
    for (;;) {
      this.#fill();
      this.#startAll();
      const at = this.#flights.reduce((least, { endsAtMs }) => Math.min(least, endsAtMs), Infinity);
      const nextMs = Math.min(at, this.scheduler.wakeAtMs() ?? Infinity, this.#nextWish());
      if (nextMs > untilMs) break;
      this.nowMs = nextMs;
      this.#settleDue();
    }
    this.nowMs = untilMs;
    return {
      heldMs: this.#held().map((ms, i) => ms - held[i]!),
      starts: this.#starts.map((count, i) => count - starts[i]!),
    };
  }

  /** Wishes change at whole seconds. */
  #nextWish(): number {
    return this.#contenders.some(({ wants }) => wants !== undefined)
      ? (Math.floor(this.nowMs / 1000) + 1) * 1000
      : Infinity;
  }

  #held(): number[] {
    return this.#heldMs.map((ms, i) =>
      this.#flights.reduce((sum, { of, startedAtMs }) => of === i ? sum + this.nowMs - startedAtMs : sum, ms)
    );
  }

  #fill(): void {
    this.#contenders.forEach(({ wants, weight = 1, labels = {} }, i) => {
      if (wants?.(this.nowMs) === false) return;
      for (; this.#queued[i]! < this.#depth; this.#queued[i]!++) {
        const submittedAtMs = this.nowMs;
        const instance = instanceOf(this.#chains[i]!, `${this.#submitted++}`, {
          weight,
          submittedAtMs,
          labels,
        });
        this.scheduler.submit(instance, this.nowMs);
      }
    });
  }

  #startAll(): void {
    for (let task = this.#next(); task !== undefined; task = this.#next()) {
      const of = this.#contenders.findIndex(({ name }) => name === task!.chain);
      const { ms, drawMs = () => ms } = this.#contenders[of]!;
      const startedAtMs = this.nowMs;
      const endsAtMs = startedAtMs + drawMs(this.#random, startedAtMs);
      this.#flights.push({ task, of, startedAtMs, endsAtMs });
      this.#starts[of]!++;
      this.#queued[of]!--;
      this.#fill();
    }
  }

  #next(): Invocation | undefined {
    return this.scheduler.next(this.nowMs);
  }

  #settleDue(): void {
    for (let i = 0; i < this.#flights.length; i++) {
      const { task, of, startedAtMs, endsAtMs } = this.#flights[i]!;
      if (endsAtMs > this.nowMs) continue;
      this.#flights.splice(i--, 1);
      const ranMs = this.nowMs - startedAtMs;
      this.#heldMs[of]! += ranMs;
      const outcome = this.#contenders[of]!.outcome?.(this.#random, this.nowMs) ?? OK;
      this.scheduler.settle(task, outcome, this.nowMs, ranMs);
    }
  }
}

/** Each one's part of them all. */
export function partsOf(numbers: readonly number[]): number[] {
  const all = numbers.reduce((sum, n) => sum + n, 0);
  return numbers.map((n) => n / all);
}

/** The evenness of some numbers: 1 if they are equal (Jain, Chiu and Hawe, 1984). */
export function jainOf(numbers: readonly number[]): number {
  const sum = numbers.reduce((sum, n) => sum + n, 0);
  return sum ** 2 / (numbers.length * numbers.reduce((sum, n) => sum + n * n, 0));
}
