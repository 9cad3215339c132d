/** Who beats, and the number of the latest beat, which changes with each. */
export type Beats = Iterable<readonly [who: string | number, beat: number]>;

/** The known state of somebody who beats. */
export interface Heartbeat {
  readonly beat: number;
  /** Time without a beat, in milliseconds, as far as this process can tell. */
  readonly silentMs: number;
  /** Whether a beat was seen to follow another: one that was only found may be left over from a process that is dead. */
  readonly isAlive: boolean;
}

/** When somebody looked at the beats of others. */
export interface Look {
  readonly nowMs: number;
  /** Whether the others could not beat since the last look. (Default: false) */
  readonly wasLocked?: boolean;
}

/**
 * Watches the beats of other processes. Only this process's clock is used, as those of two processes differ once the machine
 * has slept or its time was set, and only time in which this process went on itself.
 */
export class HeartbeatMonitor {
  readonly #longestLookMs: number;
  #observed = new Map<string | number, Heartbeat>();
  #lookedAtMs: number | undefined;

  /** @param longestLookMs more than this between two looks does not count as silence of the others */
  constructor(longestLookMs: number) {
    this.#longestLookMs = longestLookMs;
  }

  /** @returns those who are there at present */
  look(beats: Beats, { nowMs, wasLocked = false }: Look): ReadonlyMap<string | number, Heartbeat> {
    const passedMs = Math.min(nowMs - (this.#lookedAtMs ?? nowMs), this.#longestLookMs);
    const countedMs = wasLocked ? 0 : passedMs;
    this.#lookedAtMs = nowMs;
    const observed = new Map<string | number, Heartbeat>();
    for (const [who, beat] of beats) {
      const before = this.#observed.get(who);
      const isSilent = before?.beat === beat;
      const silentMs = isSilent ? before.silentMs + countedMs : 0;
      observed.set(who, { beat, silentMs, isAlive: isSilent ? before.isAlive : before !== undefined });
    }
    return this.#observed = observed;
  }
}
