/** A lab in virtual time: experiments with a model of a provider take no time. */
import { type Random, seededRandom } from "../../model/mod.ts";
import type { Profile } from "../../provider/mod.ts";
import { Timeline } from "../../simulate/timeline.ts";
import { type CallEnd, VirtualPlatform } from "../../simulate/virtual_platform.ts";
import type { Lab, PlannedCall, SeenCall } from "./lab.ts";

/** The time after which a background call is taken or refused, in milliseconds. */
const ANSWER_MS = 1;

export class VirtualLab implements Lab {
  readonly setsTime = true;
  readonly hasFunctions = true;
  readonly hasBackground = true;
  readonly #timeline = new Timeline(0);
  readonly #platform: VirtualPlatform;
  readonly #noise: Random;
  readonly #noiseMs: number;
  /** Calls that were made. */
  calls = 0;

  /** @param noiseMs answers come at most this much later, in milliseconds; half as much on average */
  constructor(profile: Profile, seed: string | number = 1, noiseMs = 0) {
    this.#platform = new VirtualPlatform(profile, seededRandom(seed), this.#timeline);
    this.#noise = seededRandom(`${seed}/noise`);
    this.#noiseMs = noiseMs;
  }

  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  run(plan: readonly PlannedCall[]): Promise<SeenCall[]> {
    const startMs = this.nowMs, seen: SeenCall[] = [];
    this.calls += plan.length;
    for (const call of plan) {
      this.#timeline.plan(startMs + call.atMs, {
        happen: () => this.#call(call, startMs, (one) => seen.push(one)),
      });
    }
    while (seen.length < plan.length) this.#timeline.step();
    return Promise.resolve(seen);
  }

  #call(call: PlannedCall, startMs: number, see: (call: SeenCall) => void): void {
    const { isBackground = false, function: name, runMs } = call;
    let isSeen = false;
    const ended = (end: CallEnd, isCold: boolean) => {
      if (isSeen) return;
      isSeen = true;
      const endedAtMs = this.nowMs - startMs + this.#noise.next() * this.#noiseMs;
      see({
        ...call,
        sentAtMs: call.atMs,
        endedAtMs,
        end: end === "ok" ? "ok" : end === "refused" ? end : "failed",
        isCold,
      });
    };
    const mode = isBackground ? "background" : "http";
    this.#platform.call({ function: name, runMs, timeoutMs: 600_000, mode, ended });
    if (isBackground) {
      this.#timeline.plan(this.nowMs + ANSWER_MS, { happen: () => ended("ok", false) });
    }
  }

  rest(ms: number): Promise<void> {
    const untilMs = this.nowMs + Math.max(0, ms);
    while (this.#timeline.nextAtMs <= untilMs) this.#timeline.step();
    this.#timeline.passTo(untilMs);
    return Promise.resolve();
  }
}
