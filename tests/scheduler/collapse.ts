/** A platform whose concurrency collapses under overload and comes back only when the overload has gone. */
import type { Admission } from "../../lib/platform/mod.ts";
import type { Admitting } from "./saturation.ts";

/** Offered load is what runs and what was refused within this, in milliseconds. */
const WINDOW_MS = 1000;
/** Load beyond so many times the effective limit is overload; for so long, it collapses. */
const OVERLOAD = 1.5;
const PATIENCE_MS = 1000;
const COLLAPSED = 0.2;
const RECOVERY_MS = 30_000;

/**
 * A metastable failure as in N. Bronson et al., "Metastable Failures in Distributed Systems" (HotOS 2021): whoever goes on
 * asking for as much as before keeps it collapsed.
 */
export class CollapsingProvider implements Admitting {
  running = 0;
  effective: number;
  /** When calls were refused, in order; those before `#oldest` are forgotten. */
  readonly #refusedAtMs: number[] = [];
  #oldest = 0;
  #overloadedSinceMs: number | undefined;
  #nowMs = 0;

  constructor(readonly limit: number) {
    this.effective = limit;
  }

  start(_: string, nowMs: number): Admission {
    this.#pass(nowMs);
    if (this.running >= Math.floor(this.effective)) {
      this.#refusedAtMs.push(nowMs);
      this.#look();
      return { kind: "refused", retryAfterMs: 0 };
    }
    this.running++;
    this.#look();
    return { kind: "started", delayMs: 0, cold: false };
  }

  end(_: string, nowMs: number): void {
    this.#pass(nowMs);
    this.running--;
    this.#look();
  }

  #pass(nowMs: number): void {
    const sinceMs = this.#nowMs;
    this.#nowMs = nowMs;
    while (this.#refusedAtMs[this.#oldest]! <= nowMs - WINDOW_MS) this.#oldest++;
    this.#look();
    if (this.#overloadedSinceMs === undefined) {
      const regained = this.limit * (1 - COLLAPSED) * (nowMs - sinceMs) / RECOVERY_MS;
      this.effective = Math.min(this.limit, this.effective + regained);
    } else if (nowMs - this.#overloadedSinceMs >= PATIENCE_MS) {
      this.effective = this.limit * COLLAPSED;
    }
  }

  #look(): void {
    const isOverloaded = this.running + this.#refusedAtMs.length - this.#oldest > OVERLOAD * this.effective;
    this.#overloadedSinceMs = isOverloaded ? this.#overloadedSinceMs ?? this.#nowMs : undefined;
  }
}
